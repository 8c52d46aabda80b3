namespace Anyformer.Inspection.Profiling;

/// <summary>What all calls of one operator, function or node took of a step, without what they called.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Calls">Calls a step.</param>
/// <param name="Seconds">Seconds a step.</param>
/// <param name="Share">That as a share of the step.</param>
/// <param name="Allocated">Bytes of tensors that it allocated a step.</param>
/// <param name="Allocations">How many.</param>
/// <param name="Touched">Bytes of tensors that it read and wrote a step; 0 where that is not known.</param>
/// <param name="Operations">Floating-point operations of products a step.</param>
/// <param name="ShareOfPeak">The least time that the machine could take for these operations and bytes, as a share of the time it took; null where neither is known.</param>
public sealed record OperatorCost(
    FrameKind Kind, string Name, double Calls, double Seconds, double Share, double Allocated, double Allocations, double Touched, double Operations,
    double? ShareOfPeak);
