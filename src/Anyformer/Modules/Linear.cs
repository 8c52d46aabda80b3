using Anyformer.Kernels.Products;
using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary><c>y = x W^T + b</c> on the last dimension: (..., inputs) to (..., outputs).</summary>
/// <remarks>
/// <see cref="Module.Freeze"/> packs its weights. Whoever asks for <see cref="Weight"/> or <see cref="Bias"/> then, and a call that is recorded, or on another
/// device or type than the weights', undoes it.
/// </remarks>
public sealed class Linear : TensorModule, ILinearMap, IFreezable
{
    /// <summary>Packed maps of fewer inputs or outputs than this would be mostly padding.</summary>
    private const long LeastWidth = 17;

    private PackedLinear? _packed;

    /// <summary>A map with weights and bias drawn from U(±1/sqrt(inputs)).</summary>
    public Linear(long inputs, long outputs, bool bias = true)
    {
        Weight = Initialization.InverseFanIn(Parameter.Empty(outputs, inputs), inputs);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), inputs) : null;
    }

    /// <summary>A map of given weights and bias.</summary>
    internal Linear(Tensor weight, Tensor bias) => (Weight, Bias) = (new Parameter(weight), new Parameter(bias));

    /// <summary>(outputs, inputs).</summary>
    public Parameter Weight => Thawed(field);

    /// <summary>(outputs).</summary>
    public Parameter? Bias => Thawed(field);

    /// <summary>Whether the weights are packed.</summary>
    internal bool IsFrozen => _packed is not null;

    void IFreezable.Freeze()
    {
        if (_packed is null && PackedLinear.Packs(Weight) && Math.Min(Weight.Size(0), Weight.Size(1)) >= LeastWidth)
            _packed = new PackedLinear(Weight, Bias, PackedWeight.WidestPanel);
    }

    /// <summary>The outputs of several maps for one input, the same as if each were called.</summary>
    internal static Tensor[] CallEach(Tensor input, params ReadOnlySpan<Linear> maps)
    {
        var packed = new PackedLinear[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            packed[i] = maps[i].PackedFor(input)!;
        if (!packed.Contains(null))
            return PackedLinear.CallEach(input, packed);
        var outputs = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            outputs[i] = maps[i].Call(input);
        return outputs;
    }

    /// <summary>The outputs, with an activation behind them.</summary>
    internal Tensor Call(Tensor input, Activation activation)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Activations.Fused(activation) is { } fused && PackedFor(input) is { } packed ? packed.Call(input, fused) : activation(Forward(input)));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => PackedFor(input) is { } packed ? packed.Call(input) : Map(input, Weight, Bias);

    /// <summary>The outputs in equal parts, each in memory of its own unless the weights are packed.</summary>
    internal Tensor[] CallParts(Tensor input, int parts)
    {
        if (PackedFor(input) is { } packed)
            return packed.Call(input).Chunk(parts, -1);
        var biases = Bias?.Chunk(parts);
        return [.. Weight.Chunk(parts).Select((weight, part) => Map(input, weight, biases?[part]))];
    }

    /// <summary>This map after another one, as a single map: for inputs of many more rows than there are weights' columns.</summary>
    internal Tensor CallAfter(Linear first, Tensor input)
    {
        if (PackedFor(input) is { } packed && first.PackedFor(input) is { } before)
            return packed.Call(before.Call(input));
        using var scope = new TensorScope(this);
        var carried = first.Bias is null ? null : Weight.Mv(first.Bias);
        var bias = carried is null ? Bias : Bias is null ? carried : carried + Bias;
        return scope.Keep(Map(input, Weight.MatMul(first.Weight), bias));
    }

    /// <summary>
    /// The map as libtorch does it best. It would copy tokens whose batch lies inside; the map does not care for their order, so it takes them as they lie. A few
    /// tokens, as texts that are written have them, it would pack weights for as if there were many: these have a kernel of their own.
    /// </summary>
    internal static Tensor Map(Tensor input, Tensor weight, Tensor? bias)
    {
        if (FewRows.Takes(input, weight, bias))
            return FewRows.Multiply(input, weight, bias);
        return input.Dimensions == 3 && !input.IsContiguous && input.Transpose(0, 1) is { IsContiguous: true } lying
            ? Functional.Linear(lying, weight, bias).Transpose(0, 1)
            : Functional.Linear(input, weight, bias);
    }

    /// <summary>The packed weights, where they are packed and do for an input.</summary>
    private PackedLinear? PackedFor(Tensor input) => _packed is { } packed && PackedLinear.Takes(input) ? packed : null;

    private T Thawed<T>(T parameter)
    {
        if (Interlocked.Exchange(ref _packed, null) is { } packed)
            packed.Weight.Unpack();
        return parameter;
    }
}
