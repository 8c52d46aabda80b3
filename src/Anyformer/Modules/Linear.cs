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

    private IFrozenMap? _frozen;

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
    internal bool IsFrozen => _frozen is not null;

    void IFreezable.Freeze(FrozenPrecision precision)
    {
        // Whoever asks for the weights thaws them: what is frozen in another precision is frozen anew.
        if ((_frozen is PackedLinear && precision == FrozenPrecision.Float32) || !PackedLinear.Packs(Weight) || Math.Min(Weight.Size(0), Weight.Size(1)) < LeastWidth)
            return;
        _frozen = precision switch
        {
            FrozenPrecision.BFloat16 => new BFloat16Linear(Weight, Bias),
            FrozenPrecision.Int8 => new Int8Linear(Weight, Bias),
            _ => new PackedLinear(Weight, Bias, PackedWeight.WidestPanel),
        };
    }

    /// <summary>The outputs of several maps for one input, the same as if each were called.</summary>
    internal static Tensor[] CallEach(Tensor input, params ReadOnlySpan<Linear> maps)
    {
        var frozen = new IFrozenMap[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            frozen[i] = maps[i].FrozenFor(input)!;
        if (Array.TrueForAll(frozen, map => map is not null && map.GetType() == frozen[0].GetType()))
            return frozen[0].CallEach(input, frozen);
        var outputs = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            outputs[i] = maps[i].Call(input);
        return outputs;
    }

    /// <summary>The outputs, with an activation behind them.</summary>
    internal Tensor Call(Tensor input, Activation activation)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(FrozenFor(input) is { } frozen ? frozen.Call(input, activation) : activation(Map(input, Weight, Bias)));
    }

    /// <summary>What is given plus the outputs.</summary>
    internal Tensor CallOnto(Tensor residual, Tensor input)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(FrozenFor(input) is { } frozen ? frozen.Call(input, residual: residual) : residual + Map(input, Weight, Bias));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => FrozenFor(input) is { } frozen ? frozen.Call(input) : Map(input, Weight, Bias);

    /// <summary>The outputs in equal parts, each in memory of its own unless the weights are packed.</summary>
    internal Tensor[] CallParts(Tensor input, int parts)
    {
        if (FrozenFor(input) is { } frozen)
            return frozen.Call(input).Chunk(parts, -1);
        var biases = Bias?.Chunk(parts);
        return [.. Weight.Chunk(parts).Select((weight, part) => Map(input, weight, biases?[part]))];
    }

    /// <summary>This map after another one, as a single map: for inputs of many more rows than there are weights' columns.</summary>
    internal Tensor CallAfter(Linear first, Tensor input)
    {
        if (FrozenFor(input) is { } frozen && first.FrozenFor(input) is { } before)
            return frozen.Call(before.Call(input));
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

    /// <summary>The frozen map, where there is one and it does for an input.</summary>
    private IFrozenMap? FrozenFor(Tensor input) => _frozen is { } frozen && PackedLinear.Takes(input) ? frozen : null;

    private T Thawed<T>(T parameter)
    {
        Interlocked.Exchange(ref _frozen, null)?.Thaw();
        return parameter;
    }
}
