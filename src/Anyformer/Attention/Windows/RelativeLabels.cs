using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Scores of labels that say how a key lies to a query: a learned vector for every label, which the query is multiplied with, and a learned bias
/// (Ainslie et al. 2020, arXiv 2004.08483, section 2.2).
/// </summary>
internal sealed class RelativeLabels : Module
{
    /// <summary>Vectors drawn from N(0, 0.5), cut at two deviations, and biases of 0.</summary>
    internal RelativeLabels(long labels, long heads, long headWidth)
    {
        Embeddings = Initialization.TruncatedNormal(Parameter.Empty(labels, heads, headWidth), deviation: 0.5);
        Biases = Initialization.Constant(Parameter.Empty(labels, heads), 0);
    }

    /// <summary>(labels, heads, head width).</summary>
    private Parameter Embeddings { get; }

    /// <summary>(labels, heads).</summary>
    private Parameter Biases { get; }

    /// <summary>What the labels add to the scores, (batch, heads, queries, keys).</summary>
    /// <param name="queries">(batch, heads, queries, head width), multiplied by <paramref name="scale"/>.</param>
    /// <param name="labels">(batch, queries, keys), or (1, 1, keys) when they are the same for all queries.</param>
    /// <param name="scale">What the biases are multiplied by, as the queries are.</param>
    internal Tensor Call(Tensor queries, Tensor labels, double scale)
    {
        using var scope = new TensorScope(this);
        var isSame = labels.Size(0) == 1 && labels.Size(1) == 1;
        return scope.Keep(isSame ? OfAll(queries, labels.Flatten(), scale) : OfEach(queries, labels, scale));
    }

    private Tensor OfAll(Tensor queries, Tensor labels, double scale) =>
        queries.MatMul(Embeddings.IndexSelect(0, labels).Permute([1, 2, 0])) + (Biases.IndexSelect(0, labels) * scale).Transpose(0, 1).Unsqueeze(1);

    private Tensor OfEach(Tensor queries, Tensor labels, double scale)
    {
        var scores = queries.MatMul(Embeddings.Permute([1, 2, 0])) + (Biases * scale).Transpose(0, 1).Unsqueeze(1);
        return scores.Gather(3, labels.Unsqueeze(1).Expand([queries.Size(0), queries.Size(1), queries.Size(2), -1]));
    }
}
