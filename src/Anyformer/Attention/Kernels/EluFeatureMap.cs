using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary><c>elu(x) + 1</c>, as many features as the head is wide (Katharopoulos et al., ICML 2020, arXiv 2006.16236, section 3.2.1).</summary>
[Formula("φ(x) = elu(x) + 1")]
[Method("elu", "ELU + 1 features", Family.Kernels, 2020,
    System = "linear-transformer",
    Paper = "Katharopoulos, Vyas, Pappas, Fleuret, Transformers are RNNs: Fast Autoregressive Transformers with Linear Attention, ICML 2020, "
        + "arXiv 2006.16236",
    Complexity = "O(tokens)")]
public sealed class EluFeatureMap : FeatureMap
{
    /// <summary>The map; it has no options and takes any shape.</summary>
    public EluFeatureMap(AttentionShape shape) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor MapQueries(Tensor queries) => queries.Elu() + 1;
}
