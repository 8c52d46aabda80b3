using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary><c>x + dropout(f(norm(x)))</c>: the normalisation inside the branch (Xiong et al. 2020, arXiv 2002.04745).</summary>
public sealed class PreNorm(NormalizationLayer norm, double dropout = 0) : Wiring
{
    private NormalizationLayer Norm { get; } = norm;

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) => tokens + Dropout.Call(sublayer(Norm.Call(tokens)));
}
