using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Options of <see cref="BigBirdAttention"/>.</summary>
public sealed record BigBirdAttentionOptions
{
    /// <summary>Tokens of a block.</summary>
    [Description("tokens of a block"), Range(1, 1 << 20)]
    public int BlockSize { get; init; } = 64;

    /// <summary>Blocks drawn at random that each block of queries sees.</summary>
    [Description("blocks drawn at random that each block of queries sees"), Range(0, 1 << 16)]
    public int RandomBlocks { get; init; } = 3;

    /// <summary>What the random blocks are drawn with; null for a seed of the weights' own, which is saved with them.</summary>
    [Description("seed of the random blocks; without it, one of the weights' own, which is saved with them"), Range(0, int.MaxValue)]
    public int? Seed { get; init; }

    /// <summary>
    /// Whether, outside training, the first block is seen once more in place of each random one, as Hugging Face's transformers does since 4.23.
    /// </summary>
    [Description("outside training, see the first block once more in place of each random one, as transformers does since 4.23")]
    public bool FirstBlockInEvaluation { get; init; }
}

/// <summary>
/// Attention from block to block: every block of queries sees its own block and the two beside it, the first and the last block of the sample, and a
/// few blocks drawn at random; the first and the last block see all (Zaheer et al., NeurIPS 2020, arXiv 2007.14062, section 2).
/// </summary>
/// <remarks>
/// Samples of no more than <c>(5 + 2 · random blocks) · block size</c> tokens are attended to in full, as in the authors' code. The random blocks are
/// drawn once, for every number of blocks, from the whole sample as the paper says; that code draws most of them near its beginning. A block that
/// is drawn twice counts twice. Only the full form drops weights out.
/// </remarks>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over the keys j that are open to i",
    "open: |b_i - b_j| ≤ 1, or b_j in {0, B - 1} or in R(b_i); blocks 0 and B - 1 see all",
    Where = "b: block of a token, floor(token / block size); B: blocks; R: random blocks of a head and block")]
[Claims(Growth = 1)]
[Method("bigbird", "BigBird attention", Family.FixedPatterns, 2020,
    Paper = "Zaheer, Guruganesh, Dubey, Ainslie, Alberti, Ontanon, Pham, Ravula, Wang, Yang, Ahmed, Big Bird: Transformers for Longer Sequences, "
        + "NeurIPS 2020, arXiv 2007.14062",
    Complexity = "O(tokens · block · random blocks)")]
public sealed class BigBirdAttention : AttentionFunction
{
    private readonly BigBirdAttentionOptions _options;
    private readonly int _heads;
    private (long Seed, long Blocks, Tensor Table)? _drawn;

    /// <summary>Attention as a part of a host.</summary>
    public BigBirdAttention(AttentionShape shape, BigBirdAttentionOptions options)
    {
        (_options, _heads) = (options, shape.Heads);
        Full = new SoftmaxAttention(shape.Dropout);
        if (options.Seed is null)
            Seed = Functional.RandInt(int.MaxValue, [1]).OutliveScopes();
    }

    private SoftmaxAttention Full { get; }

    /// <summary>What the random blocks are drawn with, (1), when no option says so.</summary>
    [Buffer]
    private Tensor? Seed { get; }

    /// <summary>Attention to given random blocks, however short the sample.</summary>
    /// <param name="queries">(batch, heads, tokens, head width).</param>
    /// <param name="keys">(batch, heads, tokens, head width).</param>
    /// <param name="values">(batch, heads, tokens, head width).</param>
    /// <param name="mask">What may not be seen.</param>
    /// <param name="randomBlocks">For each block of queries but the first and the last, numbers of blocks: (heads, blocks - 2, random blocks).</param>
    internal Tensor Call(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask, Tensor randomBlocks)
    {
        using var scope = new TensorScope(this);
        var blocks = new BigBirdBlocks(_options.BlockSize, randomBlocks);
        var contexts = blocks.Contexts(queries * (1 / Math.Sqrt(queries.Size(-1))), keys, values, mask?.Keys);
        return scope.Keep(mask?.QueryRows is { } asking ? contexts.MaskedFill(!asking, 0) : contexts);
    }

    /// <inheritdoc/>
    /// <exception cref="UserException">The mask is causal or one of pairs, or the queries are not those of the keys.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("BigBird attention");
        mask?.RefuseCausal("BigBird attention");
        var tokens = queries.Size(2);
        if (keys.Size(2) != tokens)
            throw new UserException("BigBird attention is attention of tokens to those around them, "
                + $"so it needs as many keys as queries, found {keys.Size(2)} and {tokens}.");
        if (tokens <= (5L + 2L * _options.RandomBlocks) * _options.BlockSize)
            return Full.Call(queries, keys, values, mask);
        return Call(queries, keys, values, mask, Table((tokens + _options.BlockSize - 1) / _options.BlockSize, queries.Device));
    }

    /// <summary>The random blocks of samples of so many blocks.</summary>
    private Tensor Table(long blocks, Device device)
    {
        if (_options.FirstBlockInEvaluation && !IsTraining)
            return Functional.Zeros([_heads, blocks - 2, _options.RandomBlocks], DType.Int64, device: device);
        var seed = _options.Seed ?? Seed!.Item<long>();
        if (_drawn is not { } drawn || drawn.Seed != seed || drawn.Blocks != blocks)
            _drawn = drawn = (seed, blocks, RandomBlocks.Draw(seed, _heads, checked((int)blocks), _options.RandomBlocks).OutliveScopes());
        return drawn.Table.To(device);
    }
}
