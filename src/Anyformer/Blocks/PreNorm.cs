using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary><c>x + dropout(f(norm(x)))</c>: the normalisation inside the branch (Xiong et al. 2020, arXiv 2002.04745).</summary>
[Formula("Y = X + f(norm(X))")]
[Method("pre-norm", "Pre-norm", Family.Wiring, 2020,
    Paper = "Xiong, Yang, He, Zheng, Zheng, Xing, Zhang, Lan, Wang, Liu, On Layer Normalization in the Transformer Architecture, ICML 2020, arXiv 2002.04745", Complexity = "O(tokens)",
    System = "norms", Aliases = ["pre"])]
public sealed class PreNorm(NormalizationLayer norm, double dropout = 0) : Wiring
{
    /// <summary>A wiring as a part of a host.</summary>
    public PreNorm(WiringShape shape) : this(shape.Norm.Build(new NormalizationShape(shape.Width)), shape.Dropout) { }

    private NormalizationLayer Norm { get; } = norm;

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) => tokens + Dropout.Call(sublayer(Norm.Call(tokens)));

    /// <inheritdoc/>
    private protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer, Func<Tensor, Tensor, Tensor> onto) =>
        Dropout.CurrentProbability == 0 ? onto(tokens, Norm.Call(tokens)) : Forward(tokens, sublayer);
}
