using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.CrossBlock;

/// <summary>
/// Each layer's input as a learned sum of the outputs of all layers before it and the embedding
/// (dynamic linear combination of layers: Wang et al., ACL 2019, arXiv 1906.01787, section 3). The sums begin as means.
/// </summary>
public abstract class LayerHistory : Module
{
    private protected LayerHistory(int layers, IEnumerable<NormalizationLayer> norms)
    {
        using var scope = new TensorScope();
        Weight = new Parameter(Functional.Ones([layers + 1, layers + 1]).Tril() / (Functional.Arange(layers + 1, DType.Float32) + 1.0).Unsqueeze(-1));
        Norms = new ModuleList<NormalizationLayer>(norms);
    }

    /// <summary>(layers + 1, layers + 1): row l holds the weights of the embedding and the outputs before layer l; what lies above the diagonal is not used.</summary>
    private Parameter Weight { get; }

    /// <summary>One a layer.</summary>
    private protected ModuleList<NormalizationLayer> Norms { get; }

    /// <summary>The tokens after layers, each of which is given what its history makes of those before.</summary>
    /// <param name="tokens">The embedding, (batch, tokens, width).</param>
    /// <param name="layers">From a layer's input to its output; as many as the history was made for.</param>
    /// <exception cref="UserException">There are more or fewer layers.</exception>
    public Tensor Call(Tensor tokens, params IReadOnlyList<Func<Tensor, Tensor>> layers)
    {
        if (layers.Count != Norms.Count)
            throw new UserException($"This history is of {Norms.Count} layers, found {layers.Count}.");
        using var scope = new TensorScope();
        var kept = new List<Tensor> { tokens };
        for (var layer = 0; layer < layers.Count; layer++)
            kept.Add(Kept(layers[layer](InputOf(layer, kept)), Norms[layer]));
        return scope.Keep(InputOf(layers.Count, kept));
    }

    /// <summary>What the history keeps of a layer's output.</summary>
    private protected abstract Tensor Kept(Tensor output, NormalizationLayer norm);

    /// <summary>What it gives to the layer after, of the sum.</summary>
    private protected abstract Tensor Given(Tensor sum, NormalizationLayer norm);

    private Tensor InputOf(int layer, List<Tensor> kept)
    {
        var sum = Weight[layer, ..(layer + 1)].Tensordot(Functional.Stack([.. kept]), [0], [0]);
        return layer == 0 ? sum : Given(sum, Norms[layer - 1]);
    }
}

/// <summary>The history of layers that normalise their inputs themselves: outputs are normalised before they are summed.</summary>
[Formula(
    "X_(l+1) = sum_(k=0..l) W_lk Y_k",
    "Y_0 = X, Y_k = norm_k(layer_k(X_k))",
    Where = "W: learned, (layers + 1, layers + 1), its rows means at first; k: layer")]
[Method("layer-history-pre-norm", "Dynamic linear combination of layers, pre-norm", Family.CrossBlock, 2019, System = "architectures",
    Paper = "Wang, Li, Xiao, Zhu, Li, Wong, Chao, Learning Deep Transformer Models for Machine Translation, ACL 2019, arXiv 1906.01787",
    Complexity = "O(layers² · tokens)")]
public sealed class PreNormHistory(int layers, Func<NormalizationLayer> norm) : LayerHistory(layers, Enumerable.Range(0, layers).Select(_ => norm()))
{
    private protected override Tensor Kept(Tensor output, NormalizationLayer norm) => norm.Call(output);

    private protected override Tensor Given(Tensor sum, NormalizationLayer norm) => sum;
}

/// <summary>The history of layers that normalise their outputs: sums are normalised, except the embedding alone.</summary>
[Formula(
    "X_1 = W_00 X, X_(l+1) = norm_l(sum_(k=0..l) W_lk Y_k)",
    "Y_0 = X, Y_k = layer_k(X_k)",
    Where = "W: learned, (layers + 1, layers + 1), its rows means at first; k: layer")]
[Method("layer-history-post-norm", "Dynamic linear combination of layers, post-norm", Family.CrossBlock, 2019, System = "architectures",
    Paper = "Wang, Li, Xiao, Zhu, Li, Wong, Chao, Learning Deep Transformer Models for Machine Translation, ACL 2019, arXiv 1906.01787",
    Complexity = "O(layers² · tokens)")]
public sealed class PostNormHistory(int layers, Func<NormalizationLayer> norm) : LayerHistory(layers, Enumerable.Range(0, layers).Select(_ => norm()))
{
    private protected override Tensor Kept(Tensor output, NormalizationLayer norm) => output;

    private protected override Tensor Given(Tensor sum, NormalizationLayer norm) => norm.Call(sum);
}
