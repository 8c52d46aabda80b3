using System.Numerics;
using Anyformer.Torch;

namespace Anyformer.Kernels.Fused;

/// <summary>What is done to a block of scores between the product and the softmax: bias added, hidden pairs set to minus infinity.</summary>
/// <typeparam name="T">Element.</typeparam>
internal sealed unsafe class BlockScores<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Scores are kept times this, so that the softmax needs powers of two only.</summary>
    internal static readonly T Log2E = T.CreateTruncating(1.4426950408889634);

    private readonly bool _isCausal;
    private readonly long _before;
    private readonly int _keyCount;
    private readonly bool* _real;
    private readonly Padding[]? _padding;
    private readonly ScoreTable<bool>? _pairs;
    private readonly ScoreTable<T>? _bias;

    /// <summary>The rules of an attention.</summary>
    /// <param name="mask">What may not be seen.</param>
    /// <param name="bias">What is added to scores, broadcastable to (batch, heads, queries, keys).</param>
    /// <param name="shape">(batch, heads, queries, keys).</param>
    internal BlockScores(FusedMask mask, Tensor? bias, long[] shape)
    {
        (_isCausal, _before, _keyCount) = (mask.IsCausal, shape[3] - shape[2], (int)shape[3]);
        if (mask.Keys is { } keys)
        {
            var real = keys.Expand([shape[0], shape[3]]).Contiguous();
            _real = (bool*)real.DataPointer;
            _padding = PaddingOfBlocks((int)shape[0]);
        }

        _pairs = mask.Pairs is null ? null : new ScoreTable<bool>(mask.Pairs, shape);
        _bias = bias is null ? null : new ScoreTable<T>(bias, shape);
    }

    /// <summary>Prepares a block of scores for the softmax.</summary>
    /// <param name="site">Where it lies.</param>
    /// <param name="open">The pairs that a plan leaves open; null for all.</param>
    /// <param name="scores">A row for every key with an element for every query, <see cref="BlockPlan.Size"/> from row to row.</param>
    internal void Prepare(BlockSite site, bool[]? open, T* scores)
    {
        if (_bias is { } bias)
            Add(bias, site, scores);
        if (_pairs is { } pairs)
            Hide(pairs, site, scores);
        if (open is not null)
            Hide(open, site, scores);
        if (_isCausal && site.FirstKey + site.Keys - 1 > site.FirstQuery + _before)
            HideLater(site, scores);
        if (PaddingOf(site.Sample, site.FirstKey / BlockPlan.Size) != Padding.None)
            HidePadding(site, scores);
    }

    /// <summary>Whether a block of keys is nothing but padding.</summary>
    internal bool IsBlind(int sample, int keyBlock) => PaddingOf(sample, keyBlock) == Padding.All;

    private Padding PaddingOf(int sample, int keyBlock) => _padding is null ? Padding.None : _padding[sample * BlockPlan.Count(_keyCount) + keyBlock];

    private Padding[] PaddingOfBlocks(int samples)
    {
        var blocks = BlockPlan.Count(_keyCount);
        var padding = new Padding[samples * blocks];
        for (var sample = 0; sample < samples; sample++)
            for (var block = 0; block < blocks; block++)
            {
                var (first, end) = (block * BlockPlan.Size, Math.Min((block + 1) * BlockPlan.Size, _keyCount));
                var real = new ReadOnlySpan<bool>(_real + (long)sample * _keyCount + first, end - first);
                padding[sample * blocks + block] = !real.Contains(true) ? Padding.All : real.Contains(false) ? Padding.Some : Padding.None;
            }

        return padding;
    }

    private static void Add(ScoreTable<T> bias, BlockSite site, T* scores)
    {
        for (var query = 0; query < site.Queries; query++)
        {
            var from = bias.At(site) + query * bias.Query;
            for (var key = 0; key < site.Keys; key++)
                scores[key * BlockPlan.Size + query] += from[key * bias.Key] * Log2E;
        }
    }

    private static void Hide(ScoreTable<bool> pairs, BlockSite site, T* scores)
    {
        for (var query = 0; query < site.Queries; query++)
        {
            var from = pairs.At(site) + query * pairs.Query;
            for (var key = 0; key < site.Keys; key++)
                if (!from[key * pairs.Key])
                    scores[key * BlockPlan.Size + query] = T.NegativeInfinity;
        }
    }

    private static void Hide(bool[] open, BlockSite site, T* scores)
    {
        for (var query = 0; query < site.Queries; query++)
            for (var key = 0; key < site.Keys; key++)
                if (!open[query * BlockPlan.Size + key])
                    scores[key * BlockPlan.Size + query] = T.NegativeInfinity;
    }

    private void HideLater(BlockSite site, T* scores)
    {
        for (var key = 0; key < site.Keys; key++)
        {
            var blind = (int)Math.Clamp(site.FirstKey + key - _before - site.FirstQuery, 0, site.Queries);
            new Span<T>(scores + key * BlockPlan.Size, blind).Fill(T.NegativeInfinity);
        }
    }

    private void HidePadding(BlockSite site, T* scores)
    {
        var real = _real + (long)site.Sample * _keyCount + site.FirstKey;
        for (var key = 0; key < site.Keys; key++)
            if (!real[key])
                new Span<T>(scores + key * BlockPlan.Size, site.Queries).Fill(T.NegativeInfinity);
    }

    /// <summary>How much of a block of keys is padding.</summary>
    private enum Padding
    {
        None,
        Some,
        All,
    }
}
