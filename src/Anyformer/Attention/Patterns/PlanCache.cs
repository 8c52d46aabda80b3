using System.Collections.Concurrent;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>What a pattern comes to for a number of tokens.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Tokens">Tokens of a sample.</param>
/// <param name="Heads">Heads side by side.</param>
/// <param name="BlockSize">Tokens of a block.</param>
/// <param name="Device">Where attention is computed.</param>
internal readonly record struct PlanKey(AttentionPattern Pattern, int Tokens, int Heads, int BlockSize, Device Device)
{
    /// <summary>The key of a pattern for queries, (batch, heads, tokens, width).</summary>
    internal static PlanKey Of(AttentionPattern pattern, Tensor queries, int blockSize) =>
        new(pattern, (int)queries.Size(2), (int)queries.Size(1), blockSize, queries.Device);

    /// <summary>The open blocks, of each head where heads differ.</summary>
    internal BlockLayout[] Layouts()
    {
        var (pattern, tokens, heads, block) = (Pattern, Tokens, Heads, BlockSize);
        return [.. Enumerable.Range(0, pattern.VariesByHead ? heads : 1).Select(head => new BlockLayout(pattern, new PatternSite(tokens, head, heads), block))];
    }
}

/// <summary>The plans of a mechanism for the lengths that it met last.</summary>
/// <typeparam name="TPlan">What a plan is.</typeparam>
/// <param name="make">Makes one.</param>
internal sealed class PlanCache<TPlan>(Func<PlanKey, TPlan> make) where TPlan : class
{
    // A training run meets few lengths; one that meets many must not keep a plan for each.
    private const int MostPlans = 16;

    private readonly ConcurrentDictionary<PlanKey, TPlan> _plans = new();

    /// <summary>The plan for a key, made when it is new.</summary>
    internal TPlan Plan(PlanKey key)
    {
        if (_plans.Count >= MostPlans)
            _plans.Clear();
        return _plans.GetOrAdd(key, make);
    }
}
