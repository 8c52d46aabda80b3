using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Changes to the scores of next tokens before one is drawn, as Hugging Face's generation does them.</summary>
internal static class ScoreRules
{
    /// <summary>Tokens that a text has already get a lower score.</summary>
    /// <param name="scores">(texts, vocabulary).</param>
    /// <param name="texts">The tokens of each text so far.</param>
    /// <param name="penalty">What positive scores are divided by, and negative ones multiplied by.</param>
    internal static Tensor Penalize(Tensor scores, IReadOnlyList<IReadOnlyList<int>> texts, double penalty)
    {
        if (penalty == 1)
            return scores;
        var penalized = scores.Clone();
        foreach (var (row, text) in texts.Index())
        {
            if (text.Count == 0)
                continue;
            var ids = Tensor.From<long>([.. text.Distinct().Select(id => (long)id)]).To(scores.Device);
            var found = scores[row].IndexSelect(0, ids);
            penalized[row].IndexCopyInPlace(0, ids, Functional.Where(found.Gt(0), found / penalty, found * penalty));
        }

        return penalized;
    }

    /// <summary>All but the <paramref name="most"/> highest scores become -inf; scores equal to the last of them stay.</summary>
    internal static Tensor KeepHighest(Tensor scores, int? most)
    {
        if (most is not { } count || count >= scores.Size(-1))
            return scores;
        var lowest = scores.TopK(count).Values.Narrow(-1, count - 1, 1);
        return scores.MaskedFill(scores.Lt(lowest), double.NegativeInfinity);
    }

    /// <summary>The highest scores whose tokens together have the probability stay, at least one; the others become -inf.</summary>
    internal static Tensor KeepNucleus(Tensor scores, double probability)
    {
        if (probability >= 1)
            return scores;
        var (sorted, order) = scores.Sort(descending: true);
        var probabilities = sorted.Softmax(-1);
        var outside = (probabilities.CumSum(-1) - probabilities).Ge(probability);
        return scores.MaskedFill(outside.Scatter(-1, order, outside), double.NegativeInfinity);
    }
}
