using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>How a sublayer of a block joins the skip connection and the normalisation.</summary>
public abstract class Wiring : Module
{
    /// <summary>Whether the tokens come out normalised; if not, a stack has a normalisation behind its last block.</summary>
    public virtual bool NormalizesOutput => false;

    /// <summary>What fresh weights on the path of a sublayer's values are multiplied by, see <see cref="IValuePath"/>.</summary>
    public virtual double Gain => 1;

    /// <summary>The tokens after the sublayer: (batch, tokens, width) to the same.</summary>
    public Tensor Call(Tensor tokens, Func<Tensor, Tensor> sublayer)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(tokens, sublayer));
    }

    /// <summary>The same with a sublayer that can add to tokens by itself, in its own product when it is frozen.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="sublayer">The sublayer.</param>
    /// <param name="onto">The sum of tokens of the skip connection, the first, and what the sublayer makes of the second.</param>
    internal Tensor Call(Tensor tokens, Func<Tensor, Tensor> sublayer, Func<Tensor, Tensor, Tensor> onto)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Autograd.IsRecording ? Forward(tokens, sublayer) : Forward(tokens, sublayer, onto));
    }

    /// <summary>The tokens after the sublayer, whose sum with its skip connection it may compute itself where they are just added.</summary>
    private protected virtual Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer, Func<Tensor, Tensor, Tensor> onto) => Forward(tokens, sublayer);

    /// <summary>The tokens after the sublayer.</summary>
    protected abstract Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer);
}
