using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary><c>norm(x + dropout(f(x)))</c>: the wiring of the first Transformer (Vaswani et al. 2017, arXiv 1706.03762, section 3.1).</summary>
public sealed class PostNorm(NormalizationLayer norm, double dropout = 0) : Wiring
{
    private NormalizationLayer Norm { get; } = norm;

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) => Norm.Call(tokens + Dropout.Call(sublayer(tokens)));
}
