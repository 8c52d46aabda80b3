using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A factor on everything, or one on each head: learned, or a number that stays.</summary>
internal sealed class Gain : Module
{
    private readonly double _value;
    private readonly long[] _shape;

    /// <param name="value">The factor, or what it begins with.</param>
    /// <param name="learned">Whether it is learned.</param>
    /// <param name="heads">How many heads have one each; null for one on everything.</param>
    internal Gain(double value, bool learned, long? heads = null)
    {
        (_value, _shape) = (value, heads is null ? [1] : [heads.Value, 1, 1]);
        Factor = learned ? Initialization.Constant(Parameter.Empty(heads ?? 1), value) : null;
    }

    /// <summary>(1) or (heads); null where it is a number that stays.</summary>
    private Parameter? Factor { get; }

    /// <summary>The product.</summary>
    /// <param name="input">Anything, or (batch, heads, tokens, head width) where each head has a factor.</param>
    internal Tensor Call(Tensor input)
    {
        using var scope = new TensorScope(this);
        if (Factor is not null)
            return scope.Keep(input * Factor.View(_shape));
        return scope.Keep(_value == 1 ? input.Alias() : input * _value);
    }
}
