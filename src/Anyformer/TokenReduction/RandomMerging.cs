using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Kernels.Merging;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Options of <see cref="RandomMerging"/>.</summary>
public sealed record RandomMergingOptions
{
    /// <summary>Tokens that every layer merges.</summary>
    [Description("tokens that every layer merges; all but one is the most"), Range(0, 1 << 20)]
    public int Merged { get; init; } = 8;
}

/// <summary>Tokens drawn at random merge, each into the one most like it among the others: the comparison with chance in the paper of token merging.</summary>
[Formula(
    "r tokens i drawn at random merge, each into argmax_j cos(m_i, m_j) among the others",
    "x_j = (s_j x_j + sum_i s_i x_i) / s, s = s_j + sum_i s_i",
    Where = "i: token that merges; j: token that stays; m: keys of a token, the mean of the heads, (d); "
        + "s: tokens that a token stands for; r: tokens merged in the layer")]
[Method("tome-random", "Token merging, random", Family.TokenReduction, 2023, System = "tome",
    Paper = "Bolya, Fu, Dai, Zhang, Feichtenhofer, Hoffman, Token Merging: Your ViT But Faster, ICLR 2023, arXiv 2210.09461", Complexity = "O(tokens²)")]
public sealed class RandomMerging : TokenMatching
{
    private readonly int _merged;
    private readonly int _protected;

    /// <summary>A reducer for a layer of a host.</summary>
    public RandomMerging(TokenReducerShape shape, RandomMergingOptions options) => (_merged, _protected) = (options.Merged, shape.Protected);

    /// <inheritdoc/>
    public override bool IsActive => _merged > 0;

    /// <inheritdoc/>
    protected override TokenMatch Match(Tensor metric)
    {
        var tokens = metric.Size(1) - _protected;
        var merged = (int)Math.Min(_merged, tokens - 1);
        if (merged <= 0)
            return TokenMatch.Identity(metric);
        var order = RandomDraws.Uniform([metric.Size(0), tokens, 1], metric).Squeeze(-1).ArgSort(1);
        var (moved, bases) = (order[.., ..merged], order[.., merged..]);
        var matched = metric[.., _protected..];
        var (_, targets) = BestPartners.Of(TokenRows.Gather(matched, moved), TokenRows.Gather(matched, bases));
        return new TokenMatch(tokens, bases, moved, targets).Behind(_protected);
    }
}
