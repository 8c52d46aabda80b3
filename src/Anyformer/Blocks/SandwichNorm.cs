using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary><c>x + dropout(norm2(f(norm1(x))))</c>: a normalisation on either side of the sublayer (Ding et al. 2021, CogView, arXiv 2105.13290).</summary>
[Formula("Y = X + norm2(f(norm1(X)))")]
[Method("sandwich-norm", "Sandwich-norm", Family.Wiring, 2021,
    Paper = "Ding et al., CogView: Mastering Text-to-Image Generation via Transformers, NeurIPS 2021, arXiv 2105.13290", Complexity = "O(tokens)",
    System = "norms", Aliases = ["sandwich"])]
public sealed class SandwichNorm(NormalizationLayer before, NormalizationLayer after, double dropout = 0) : Wiring
{
    /// <summary>A wiring as a part of a host.</summary>
    public SandwichNorm(WiringShape shape)
        : this(shape.Norm.Build(new NormalizationShape(shape.Width)), shape.Norm.Build(new NormalizationShape(shape.Width)), shape.Dropout) { }

    private NormalizationLayer Before { get; } = before;

    private NormalizationLayer After { get; } = after;

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) =>
        tokens + Dropout.Call(After.Call(sublayer(Before.Call(tokens))));
}
