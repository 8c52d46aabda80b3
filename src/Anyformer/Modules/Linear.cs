using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary><c>y = x W^T + b</c> on the last dimension: (..., inputs) to (..., outputs).</summary>
public sealed class Linear : TensorModule, ILinearMap
{
    /// <summary>A map with weights and bias drawn from U(±1/sqrt(inputs)).</summary>
    public Linear(long inputs, long outputs, bool bias = true)
    {
        Weight = Initialization.InverseFanIn(Parameter.Empty(outputs, inputs), inputs);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), inputs) : null;
    }

    /// <summary>A map of given weights and bias.</summary>
    internal Linear(Tensor weight, Tensor bias) => (Weight, Bias) = (new Parameter(weight), new Parameter(bias));

    /// <summary>(outputs, inputs).</summary>
    public Parameter Weight { get; }

    /// <summary>(outputs).</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Map(input, Weight, Bias);

    /// <summary>The outputs in equal parts, each in memory of its own.</summary>
    internal Tensor[] CallParts(Tensor input, int parts)
    {
        var biases = Bias?.Chunk(parts);
        return [.. Weight.Chunk(parts).Select((weight, part) => Map(input, weight, biases?[part]))];
    }

    /// <summary>This map after another one, as a single map: for inputs of many more rows than there are weights' columns.</summary>
    internal Tensor CallAfter(Linear first, Tensor input)
    {
        using var scope = new TensorScope(this);
        var carried = first.Bias is null ? null : Weight.Mv(first.Bias);
        var bias = carried is null ? Bias : Bias is null ? carried : carried + Bias;
        return scope.Keep(Map(input, Weight.MatMul(first.Weight), bias));
    }

    /// <summary>
    /// The map as libtorch does it best. It would copy tokens whose batch lies inside; the map does not care for their order, so it takes them as they lie. A single
    /// token, as a text that is written has it, it would pack as if there were many: as a vector it meets every weight just once, at the speed of memory.
    /// </summary>
    internal static Tensor Map(Tensor input, Tensor weight, Tensor? bias)
    {
        if (IsSingleToken(input, weight))
        {
            var product = weight.Mv(input.Flatten());
            return (bias is null ? product : product.AddInPlace(bias)).View([.. input.Shape[..^1], weight.Size(0)]);
        }

        return input.Dimensions == 3 && !input.IsContiguous && input.Transpose(0, 1) is { IsContiguous: true } lying
            ? Functional.Linear(lying, weight, bias).Transpose(0, 1)
            : Functional.Linear(input, weight, bias);
    }

    private static bool IsSingleToken(Tensor input, Tensor weight) =>
        !Autograd.IsRecording && input.ElementCount == weight.Size(1) && input.Device.Type == DeviceType.Cpu && input.DType == weight.DType
        && input.DType is DType.Float32 or DType.Float64;
}
