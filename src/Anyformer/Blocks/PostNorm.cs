using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary><c>norm(x + dropout(f(x)))</c>: the wiring of the first Transformer (Vaswani et al. 2017, arXiv 1706.03762, section 3.1).</summary>
[Formula("Y = norm(X + f(X))")]
[Method("post-norm", "Post-norm", Family.Wiring, 2017,
    Paper = "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin, Attention Is All You Need, NeurIPS 2017, arXiv 1706.03762", Complexity = "O(tokens)",
    System = "norms", Aliases = ["post"])]
public sealed class PostNorm(NormalizationLayer norm, double dropout = 0) : Wiring
{
    /// <summary>A wiring as a part of a host.</summary>
    public PostNorm(WiringShape shape) : this(shape.Norm.Build(new NormalizationShape(shape.Width)), shape.Dropout) { }

    /// <inheritdoc/>
    public override bool NormalizesOutput => true;

    private NormalizationLayer Norm { get; } = norm;

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) => Norm.Call(tokens + Dropout.Call(sublayer(tokens)));
}
