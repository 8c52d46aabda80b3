using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A table of vectors looked up by number: (...) of integers to (..., width).</summary>
public sealed class Embedding : TensorModule
{
    private readonly long _padding;

    /// <summary>A table drawn from N(0, 1).</summary>
    /// <param name="entries">Rows of the table.</param>
    /// <param name="width">Width of a vector.</param>
    /// <param name="padding">The row of padding, which starts at 0 and is not trained; null for none.</param>
    public Embedding(long entries, long width, long? padding = null)
    {
        _padding = padding ?? -1;
        Weight = Parameter.Empty(entries, width);
        Draw(deviation: 1);
    }

    /// <summary>(entries, width).</summary>
    public Parameter Weight { get; }

    /// <summary>Draws the table anew from a normal distribution, all but the row of padding.</summary>
    internal void Draw(double deviation)
    {
        _ = Initialization.Normal(Weight, 0, deviation);
        if (_padding < 0)
            return;
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        Weight.Select(0, _padding).FillInPlace(0);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.Embedding(Weight, input, _padding);
}
