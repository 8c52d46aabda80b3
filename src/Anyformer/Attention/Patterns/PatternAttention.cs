using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Options of <see cref="PatternAttention"/>.</summary>
public sealed record PatternAttentionOptions
{
    /// <summary>Which query sees which key.</summary>
    [Description("which query sees which key: band(before, after), global(..first), strided(n), random(block, count, seed) ... with |, & and !")]
    public string Pattern { get; init; } = "band(64, 64) | global(..1)";

    /// <summary>Tokens of a block of the computation where no kernel takes it.</summary>
    [Description("tokens of a block of the computation where no kernel takes it"), Range(1, 4096)]
    public int Block { get; init; } = 64;
}

/// <summary>
/// Softmax attention over the pairs that a pattern opens: only blocks with an open pair are computed, so time and memory are linear in those. A query that sees no key gets zeros. Records <c>pattern</c>, (heads or 1, tokens, tokens), for inspection.
/// </summary>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over the keys j that are open to i",
    "open: what the pattern says, as band(a, b) | global(..m) & !strided(s)",
    Where = "a, b: tokens before and after; m: global tokens; s: stride")]
[Claims(Growth = 1, Causal = true)]
[Method("pattern", "Attention in a fixed pattern", Family.FixedPatterns, 2021,
    System = "sparse-patterns",
    Paper = "Lin, Wang, Liu, Qiu, A Survey of Transformers, arXiv 2106.04554, section 4.1",
    Complexity = "O(open pairs): O(tokens) of bands, global tokens and random blocks")]
public sealed class PatternAttention : AttentionFunction
{
    private readonly AttentionPattern _pattern;
    private readonly int _blockSize;
    private readonly PlanCache<GatherPlan> _gathered = new(static key => new GatherPlan(key));
    private readonly FusedPattern _fused = new();

    /// <summary>Attention in a pattern.</summary>
    /// <param name="pattern">What is open.</param>
    /// <param name="blockSize">Tokens of a block.</param>
    /// <param name="dropout">Probability of dropout on attention weights.</param>
    /// <exception cref="UserException">The block has no token.</exception>
    public PatternAttention(AttentionPattern pattern, int blockSize = 64, double dropout = 0)
    {
        if (blockSize < 1)
            throw new UserException($"A block has at least 1 token, found {blockSize}.");
        (_pattern, _blockSize) = (pattern, blockSize);
        Dropout = new Dropout(dropout);
    }

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">The option is no pattern.</exception>
    public PatternAttention(AttentionShape shape, PatternAttentionOptions options)
        : this(AttentionPattern.Parse(options.Pattern), options.Block, shape.Dropout) { }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">There are not as many keys as queries, or there is a mask of pairs.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("Attention in a fixed pattern");
        if (keys.Size(2) != queries.Size(2))
            throw new UserException($"Attention in a fixed pattern needs as many keys as queries, found {keys.Size(2)} and {queries.Size(2)}.");
        var pattern = mask?.IsCausal == true ? _pattern & AttentionPattern.Causal : _pattern;
        if (Recorder.IsListening)
            Recorder.Record(this, "pattern", pattern.DenseMask((int)queries.Size(2), (int)queries.Size(1)));
        return _fused.Attend(pattern, queries, keys, values, mask?.Keys, Dropout.CurrentProbability)
            ?? Gathered(pattern, queries, keys, values, mask?.Keys);
    }

    /// <summary>The attention as a composition of operators on gathered blocks.</summary>
    internal Tensor Gathered(AttentionPattern pattern, Tensor queries, Tensor keys, Tensor values, Tensor? real)
    {
        var plan = _gathered.Plan(PlanKey.Of(pattern, queries, (int)Math.Min(_blockSize, queries.Size(2))));
        return new BlockSparse(plan, Dropout, real).Attend(queries, keys, values);
    }
}
