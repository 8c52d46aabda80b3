using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A table of vectors looked up by number: (...) of integers to (..., width).</summary>
public sealed class Embedding : TensorModule
{
    /// <summary>A table drawn from N(0, 1).</summary>
    public Embedding(long entries, long width) => Weight = Initialization.Normal(Parameter.Empty(entries, width));

    /// <summary>(entries, width).</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.Embedding(Weight, input);
}
