using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>
/// The network of Bozic et al. 2023 (Rethinking Attention, arXiv 2311.10642): a norm over all the numbers of a sentence, a map to hidden units, a leaky
/// rectifier, a norm, and a map to the outputs: (..., inputs) to (..., outputs).
/// </summary>
public sealed class ShallowNetwork : TensorModule
{
    internal const double Epsilon = 1e-5;

    /// <summary>A network with fresh weights.</summary>
    /// <param name="inputs">Numbers that it reads.</param>
    /// <param name="hidden">Hidden units.</param>
    /// <param name="outputs">Numbers that it gives.</param>
    public ShallowNetwork(int inputs, int hidden, int outputs)
    {
        (InputNorm, Hidden) = (new LayerNorm(inputs, Epsilon), new Linear(inputs, hidden));
        (HiddenNorm, Output) = (new LayerNorm(hidden, Epsilon), new Linear(hidden, outputs));
    }

    internal LayerNorm InputNorm { get; }

    internal Linear Hidden { get; }

    private LayerNorm HiddenNorm { get; }

    private Linear Output { get; }

    /// <summary>The outputs for the sums that go into the hidden units.</summary>
    internal Tensor CallFromHidden(Tensor sums)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(FromHidden(sums));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => FromHidden(Hidden.Call(InputNorm.Call(input)));

    private Tensor FromHidden(Tensor sums) => Output.Call(HiddenNorm.Call(sums.LeakyRelu()));
}
