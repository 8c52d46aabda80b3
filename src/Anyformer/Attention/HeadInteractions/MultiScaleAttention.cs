using System.ComponentModel;
using Anyformer.Attention.Patterns;
using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Options of <see cref="MultiScaleAttention"/>.</summary>
public sealed record MultiScaleAttentionOptions
{
    /// <summary>How far heads see to each side, -1 for all tokens; the windows share the heads evenly, in order.</summary>
    [Description("how far heads see to each side, -1 for all tokens; windows share the heads evenly")]
    public ValueList<int> Windows { get; init; } = [1, 3, -1];
}

/// <summary>Heads that see windows of different sizes (Guo, Qiu, Liu, Xue, Zhang, AAAI 2020, arXiv 1912.00544).</summary>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over the keys j that are open to i",
    "open: |i - j| ≤ w_a, or all when w_a = -1",
    Where = "w: window of a head; a: head")]
[Claims(Causal = true)]
[Method("multi-scale", "Multi-scale attention", Family.HeadInteractions, 2020, System = "head-interactions",
    Paper = "Guo, Qiu, Liu, Xue, Zhang, Multi-Scale Self-Attention for Text Classification, AAAI 2020, arXiv 1912.00544",
    Complexity = "O(window · tokens), O(tokens²) of heads that see all")]
public sealed class MultiScaleAttention : AttentionFunction
{
    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">There is no window, or one below -1.</exception>
    public MultiScaleAttention(AttentionShape shape, MultiScaleAttentionOptions options) =>
        Function = new PatternAttention(AttentionPattern.PerHead(options.Windows.Select(Pattern)), dropout: shape.Dropout);

    private PatternAttention Function { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">There are not as many keys as queries, or there is a mask of pairs.</exception>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) => Function.Call(queries, keys, values, mask);

    private static AttentionPattern Pattern(int window) => window switch
    {
        -1 => AttentionPattern.All,
        >= 0 => AttentionPattern.Band(window, window),
        _ => throw new UserException($"A head sees at least 0 tokens to each side, or -1 for all; found {window}."),
    };
}
