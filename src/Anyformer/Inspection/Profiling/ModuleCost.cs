namespace Anyformer.Inspection.Profiling;

/// <summary>What a module, with all below it, took of a step.</summary>
/// <param name="Path">Its path in the model; empty for the model itself.</param>
/// <param name="Type">Its class.</param>
/// <param name="Calls">Calls of a step.</param>
/// <param name="ForwardSeconds">Seconds of the forward pass.</param>
/// <param name="BackwardSeconds">Seconds of the backward pass of what it computed.</param>
/// <param name="Share">Both as a share of the step.</param>
/// <param name="Allocated">Bytes of tensors allocated in both.</param>
/// <param name="Touched">Bytes of tensors read and written in both.</param>
/// <param name="Operations">Floating-point operations of products in both.</param>
/// <param name="ShareOfPeak">As of an <see cref="OperatorCost"/>.</param>
public sealed record ModuleCost(
    string Path, string Type, double Calls, double ForwardSeconds, double BackwardSeconds, double Share, double Allocated, double Touched, double Operations,
    double? ShareOfPeak);
