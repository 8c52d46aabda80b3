using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Options of <see cref="SlidingWindowAttention"/>.</summary>
public sealed record SlidingWindowAttentionOptions
{
    /// <summary>Tokens that a token sees around itself, half of them on each side; under a causal mask, only the half before it.</summary>
    [Description("tokens seen around a token, half on each side; an even number"), Range(2, 1 << 20)]
    public int Window { get; init; } = 128;

    /// <summary>Tokens from one key of a window to the next: one number for all heads, or one for each.</summary>
    [Description("tokens from one key of a window to the next: one number for all heads, or one for each")]
    public ValueList<int> Dilations { get; init; } = [1];
}

/// <summary>
/// Every token sees those around it, a window that may have gaps and differ from head to head (Beltagy, Peters and Cohan 2020, Longformer,
/// arXiv 2004.05150, section 3.1). Under a causal mask it sees those before it alone, which is the form of the paper's character models.
/// </summary>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over the keys j that are open to i",
    "open: |i - j| = m r with m ≤ w / 2",
    Where = "w: window; r: dilation of the head; m: from 0")]
[Claims(Growth = 1, Causal = true)]
[Method("sliding-window", "Sliding-window attention", Family.FixedPatterns, 2020,
    System = "longformer",
    Paper = "Beltagy, Peters, Cohan, Longformer: The Long-Document Transformer, 2020, arXiv 2004.05150",
    Complexity = "O(tokens · window)")]
public sealed class SlidingWindowAttention : AttentionFunction, IRecurrentAttention
{
    private readonly SlidingWindow _window;

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">The window is odd, or the dilations are not those of the heads.</exception>
    public SlidingWindowAttention(AttentionShape shape, SlidingWindowAttentionOptions options)
    {
        _window = new SlidingWindow(options.Window, options.Dilations, shape.Heads);
        Dropout = new Dropout(shape.Dropout);
    }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <remarks>The state is the keys and values that the next token's windows reach.</remarks>
    public (Tensor Contexts, IReadOnlyList<Tensor> State) Step(Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state)
    {
        using var scope = new TensorScope();
        var (allKeys, allValues) = state is null ? (keys, values) : (Functional.Cat([state[0], keys], 2), Functional.Cat([state[1], values], 2));
        var contexts = Forward(queries, allKeys, allValues, AttentionMask.Causal);
        return (scope.Keep(contexts), [scope.Keep(Reached(allKeys)), scope.Keep(Reached(allValues))]);
    }

    /// <inheritdoc/>
    /// <exception cref="UserException">There is a mask of pairs, or the queries are not those of the keys.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("Sliding-window attention");
        var isCausal = mask?.IsCausal ?? false;
        var earlier = keys.Size(2) - queries.Size(2);
        if (earlier < 0 || (earlier > 0 && !isCausal))
            throw new UserException("Sliding-window attention is attention of tokens to those around them, "
                + $"so it needs as many keys as queries, found {keys.Size(2)} and {queries.Size(2)}.");
        var asking = queries * (1 / Math.Sqrt(queries.Size(-1)));
        if (earlier > 0)
            asking = asking.ConstantPadNd([0, 0, earlier, 0]);
        var contexts = _window.Contexts(asking, keys, values, mask?.Keys, isCausal, Dropout);
        return earlier > 0 ? contexts.Narrow(2, earlier, queries.Size(2)) : contexts;
    }

    /// <summary>The last tokens, as far back as a window of the next one reaches.</summary>
    private Tensor Reached(Tensor tokens)
    {
        var kept = Math.Min(tokens.Size(2), _window.Reach);
        return tokens.Narrow(2, tokens.Size(2) - kept, kept).Clone();
    }
}
