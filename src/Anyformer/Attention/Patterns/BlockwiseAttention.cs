using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Options of <see cref="BlockwiseAttention"/>.</summary>
public sealed record BlockwiseAttentionOptions
{
    /// <summary>Blocks that a sample is cut into.</summary>
    [Description("blocks that a sample is cut into"), Range(1, 1024)]
    public int Blocks { get; init; } = 2;

    /// <summary>Heads that look at the next block, as many at the one after it, and so on; the others look at their own.</summary>
    [Description("heads that look at the next block, as many at the one after it, and so on; the others look at their own"), Range(0, 1024)]
    public int HeadsPerShift { get; init; } = 1;
}

/// <summary>
/// Every head sees one block of few: its own, or another one after a permutation of the blocks (Qiu et al. 2020, arXiv 1911.02972, section 3).
/// The queries of block i see the keys of block <c>permutation[i]</c>.
/// </summary>
/// <remarks>A query whose whole block is padding gets the mean of that block, as the masking matrix of the paper has it.</remarks>
[Formula("Y_b = softmax(Q_b K_π(b)ᵀ / √d) V_π(b)", Where = "b: block of tokens; π: permutation of the blocks, of each head")]
[Claims(Growth = 2, Leaks = Leaks.Padding,
    Caveat = "A head whose block is padding from end to end averages the padding, because masked scores are a large negative number and not minus infinity.")]
[Method("blockwise", "Blockwise self-attention (BlockBERT)", Family.FixedPatterns, 2020,
    Paper = "Qiu, Ma, Levy, Yih, Wang, Tang, Blockwise Self-Attention for Long Document Understanding, Findings of EMNLP 2020, arXiv 1911.02972",
    Complexity = "O(tokens² / blocks)")]
public sealed class BlockwiseAttention : AttentionFunction
{
    private const double Hidden = -1e4;

    private readonly ValueList<ValueList<int>> _permutations;

    /// <summary>Attention whose heads have permutations of their own.</summary>
    /// <param name="permutations">A permutation of the blocks for every head.</param>
    /// <param name="dropout">Probability of dropout on attention weights.</param>
    /// <exception cref="UserException">The permutations are none, or not of equally many blocks.</exception>
    public BlockwiseAttention(IEnumerable<IEnumerable<int>> permutations, double dropout = 0)
    {
        _permutations = new(permutations.Select(permutation => new ValueList<int>(permutation)));
        foreach (var permutation in _permutations)
            if (!permutation.Order().SequenceEqual(Enumerable.Range(0, _permutations[0].Count)))
                throw new UserException(
                    $"A head's permutation of {_permutations[0].Count} blocks has every number from 0 once, found {string.Join(", ", permutation)}.");
        Dropout = new Dropout(dropout);
    }

    /// <summary>Attention as a part of a host: the last heads look at the blocks that follow, shifted by 1, 2, ... , the others at their own.</summary>
    public BlockwiseAttention(AttentionShape shape, BlockwiseAttentionOptions options) : this(Shifted(shape.Heads, options), shape.Dropout) { }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">The mask is causal or one of pairs, or there are not as many heads as permutations, or not as many keys as queries.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefuseCausal("Blockwise attention");
        mask?.RefusePairs("Blockwise attention");
        var (heads, tokens) = ((int)queries.Size(1), queries.Size(2));
        if (heads != _permutations.Count || keys.Size(2) != tokens)
            throw new UserException($"Blockwise attention takes {_permutations.Count} heads and as many keys as queries, "
                + $"found {heads} heads, {keys.Size(2)} keys and {tokens} queries.");
        var blocks = _permutations[0].Count;
        var size = (tokens + blocks - 1) / blocks;
        var chosen = Tensor.From<long>([.. _permutations.SelectMany((permutation, head) => permutation.Select(block => (long)head * blocks + block))])
            .To(queries.Device);
        Tensor Cut(Tensor rows) =>
            rows.ConstantPadNd([0, 0, 0, blocks * size - tokens]).Reshape([rows.Size(0), rows.Size(1) * blocks, size, rows.Size(3)]);

        var scores = (Cut(queries) * (1 / Math.Sqrt(queries.Size(3)))).MatMul(Cut(keys).IndexSelect(1, chosen).Transpose(-2, -1));
        if (mask?.KeyRows is { } real)
            scores = scores.MaskedFill(!Cut(real).Repeat([1, heads, 1, 1]).IndexSelect(1, chosen).Transpose(-2, -1), Hidden);
        if (blocks * size > tokens)
            scores = scores.MaskedFill(!Cut(queries.NewOnes([1, heads, tokens, 1]).To(DType.Bool)).IndexSelect(1, chosen).Transpose(-2, -1), -3e4);
        var contexts = Dropout.Call(scores.Softmax(-1)).MatMul(Cut(values).IndexSelect(1, chosen));
        return contexts.Reshape([queries.Size(0), heads, blocks * size, values.Size(3)]).Narrow(2, 0, tokens);
    }

    private static IEnumerable<IEnumerable<int>> Shifted(int heads, BlockwiseAttentionOptions options) => Enumerable.Range(0, heads).Select(head =>
    {
        var shifting = Math.Min(options.HeadsPerShift * (options.Blocks - 1), heads - 1);
        var shift = head < heads - shifting ? 0 : 1 + (head - (heads - shifting)) % Math.Max(options.Blocks - 1, 1);
        return Enumerable.Range(0, options.Blocks).Select(block => (block + shift) % options.Blocks);
    });
}
