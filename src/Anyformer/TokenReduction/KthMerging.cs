using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Kernels.Merging;
using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Options of <see cref="KthMerging"/>.</summary>
public sealed record KthMergingOptions
{
    /// <summary>Of so many tokens one is left.</summary>
    [Description("of so many tokens one is left"), Range(1, 1 << 20)]
    public int Factor { get; init; } = 2;

    /// <summary>Layers from one reduction to the next.</summary>
    [Description("layers from one reduction to the next"), Range(1, 1000)]
    public int Every { get; init; } = 4;
}

/// <summary>
/// Every k-th token stays, and each of the others merges into the one most like it: the comparison of strides in the paper of token merging. Tokens
/// that do not fill the last k are left out.
/// </summary>
[Formula(
    "tokens k, 2k, 3k ... stay, and every other token i merges into argmax_j cos(m_i, m_j) among them",
    "x_j = (s_j x_j + sum_i s_i x_i) / s, s = s_j + sum_i s_i",
    Where = "k: factor; i: token that merges; j: token that stays; m: keys of a token, the mean of the heads, (d); "
        + "s: tokens that a token stands for")]
[Method("tome-kth", "Token merging, every k-th", Family.TokenReduction, 2023, System = "tome",
    Paper = "Bolya, Fu, Dai, Zhang, Feichtenhofer, Hoffman, Token Merging: Your ViT But Faster, ICLR 2023, arXiv 2210.09461", Complexity = "O(tokens²)")]
public sealed class KthMerging : TokenMatching
{
    private readonly int _factor;
    private readonly int _protected;

    /// <summary>A reducer for a layer of a host.</summary>
    public KthMerging(TokenReducerShape shape, KthMergingOptions options) =>
        (_factor, _protected) = ((shape.Layer + 1) % options.Every == 0 ? options.Factor : 1, shape.Protected);

    /// <inheritdoc/>
    public override bool IsActive => _factor > 1;

    /// <inheritdoc/>
    protected override TokenMatch Match(Tensor metric)
    {
        var tokens = metric.Size(1) - _protected;
        if (_factor <= 1 || tokens < _factor)
            return TokenMatch.Identity(metric);
        var groups = Functional.Arange(tokens / _factor * _factor, device: metric.Device).View([-1, _factor]);
        var (moved, bases) = (groups[.., ..^1].Flatten(), groups[.., ^1]);
        var matched = metric[.., _protected..];
        var (_, targets) = BestPartners.Of(matched.IndexSelect(1, moved), matched.IndexSelect(1, bases));
        Tensor All(Tensor places) => places.Expand([metric.Size(0), -1]);
        return new TokenMatch(tokens, All(bases), All(moved), targets).Behind(_protected);
    }
}
