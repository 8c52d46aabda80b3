using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of <see cref="HeadGuidance"/>.</summary>
public sealed record HeadGuidanceOptions
{
    /// <summary>What the first heads should attend to, one pattern a head; the other heads are free.</summary>
    [Description("what the first heads should attend to: next, previous or first, one a head")]
    public ValueList<string> Patterns { get; init; } = ["next", "previous"];

    /// <summary>What the distance to the patterns weighs in the loss.</summary>
    [Description("weight of the distance to the patterns"), Range(0, 1e6)]
    public double Weight { get; init; } = 1;
}

/// <summary>
/// Heads that are trained towards patterns that heads are often found to have: the next token, the one before, the first (Deshpande and Narasimhan,
/// Findings of EMNLP 2020, arXiv 2010.02399). Nothing changes outside training.
/// </summary>
[Formula(
    "Y = softmax(Q Kᵀ / √d) V",
    "loss += λ sum_a |A_a - P_a|², the mean over the batch",
    Where = "P: pattern of a head, ones at the next, previous or first token, (queries, keys); a: guided head; λ: weight")]
[Claims(Causal = true)]
[Method("guidance", "Guided heads", Family.HeadInteractions, 2020, System = "head-interactions",
    Paper = "Deshpande, Narasimhan, Guiding Attention for Self-Supervised Learning with Transformers, Findings of EMNLP 2020, arXiv 2010.02399",
    Complexity = "O(tokens²)")]
public sealed class HeadGuidance : AttentionWithLoss
{
    private static readonly Dictionary<string, Func<long, long, Tensor>> s_patterns = new()
    {
        ["next"] = static (queries, keys) => Diagonal(queries, keys, 1),
        ["previous"] = static (queries, keys) => Diagonal(queries, keys, -1),
        ["first"] = static (queries, keys) => Functional.Arange(keys).Eq(0).Expand([queries, -1]),
    };

    private readonly HeadGuidanceOptions _options;

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">A pattern is unknown, or there are more than heads.</exception>
    public HeadGuidance(AttentionShape shape, HeadGuidanceOptions options) : base(shape.Dropout)
    {
        if (options.Patterns.FirstOrDefault(name => !s_patterns.ContainsKey(name)) is { } unknown)
            throw new UserException($"Heads are guided to one of {string.Join(", ", s_patterns.Keys)}; found '{unknown}'.");
        if (options.Patterns.Count > shape.Heads)
            throw new UserException($"There is at most one pattern for each of {shape.Heads} heads, found {options.Patterns.Count}.");
        _options = options;
    }

    /// <summary>The squared distance of the first heads' weights to their patterns, summed over heads and tokens, the mean of the batch.</summary>
    /// <param name="weights">(batch, heads, queries, keys).</param>
    /// <param name="patterns">One for each of the first heads.</param>
    /// <param name="mask">What may not be seen, and is in no pattern therefore.</param>
    internal static Tensor Distance(Tensor weights, IReadOnlyList<string> patterns, AttentionMask? mask = null)
    {
        if (patterns.Count == 0)
            return weights.NewZeros([]);
        var (queries, keys) = (weights.Size(-2), weights.Size(-1));
        var wanted = Functional.Stack([.. patterns.Select(name => s_patterns[name](queries, keys))]).To(weights.Device);
        if (mask?.Table(queries, keys, weights.Device) is { } visible)
            wanted = wanted.LogicalAnd(visible);
        var distances = (weights.Narrow(1, 0, patterns.Count) - wanted.To(weights.DType)).Square();
        return (mask?.QueryRows is { } real ? distances.MaskedFill(!real, 0) : distances).Sum() / weights.Size(0);
    }

    /// <inheritdoc/>
    private protected override Tensor Loss(Tensor weights, Tensor values, Tensor contexts, AttentionMask? mask) =>
        Distance(weights, _options.Patterns, mask) * _options.Weight;

    private static Tensor Diagonal(long queries, long keys, long offset) =>
        Functional.Arange(keys).Eq(Functional.Arange(queries).Unsqueeze(1) + (keys - queries + offset));
}
