using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Kernels.Merging;
using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Options of <see cref="TokenMerging"/>.</summary>
public sealed record TokenMergingOptions
{
    /// <summary>Tokens that a layer merges, on average.</summary>
    [Description("tokens that a layer merges on average; half of those there are is the most"), Range(0, 1 << 20)]
    public int Merged { get; init; } = 8;

    /// <summary>Where more are merged: -1 for twice as many at the first layer and none at the last, 1 for the other way round.</summary>
    [Description("-1 merges twice as many at the first layer and none at the last, 0 the same everywhere, 1 the other way round"), Range(-1.0, 1.0)]
    public double Inflection { get; init; }

    /// <summary>Tokens that each layer merges, one after the other, instead; layers behind its end merge none.</summary>
    [Description("tokens that each layer merges, one after the other, instead; layers behind the end of the list merge none"), Range(0, 1 << 20)]
    public ValueList<int>? MergedByLayer { get; init; }

    /// <summary>Whether attention counts a token as often as the tokens it stands for.</summary>
    [Description("attention counts a token as often as the tokens it stands for; off for models that were pre-trained on masked images only")]
    public bool Proportional { get; init; } = true;
}

/// <summary>
/// Merges the pairs of tokens that are most alike: every second token chooses the token most like it among the others, and those most sure of
/// their choice merge into it. It needs no training, and works in training too.
/// </summary>
[Formula(
    "every token i at an even place chooses j(i) = argmax_j cos(m_i, m_j) among odd places",
    "the r surest merge: x_j = (s_j x_j + sum_i s_i x_i) / s, s = s_j + sum_i s_i over those that chose j",
    Where = "i: token at an even place; j: token at an odd place; m: keys of a token, the mean of the heads, (d); "
        + "s: tokens that a token stands for; r: tokens merged in the layer")]
[Method("tome", "Token merging", Family.TokenReduction, 2023,
    Paper = "Bolya, Fu, Dai, Zhang, Feichtenhofer, Hoffman, Token Merging: Your ViT But Faster, ICLR 2023, arXiv 2210.09461", Complexity = "O(tokens²)")]
public sealed class TokenMerging : TokenMatching
{
    private readonly int _merged;
    private readonly int _protected;

    /// <summary>A reducer for a layer of a host.</summary>
    public TokenMerging(TokenReducerShape shape, TokenMergingOptions options)
    {
        var schedule = options.MergedByLayer is { } list
            ? MergingSchedule.Listed(list, shape.Layers)
            : MergingSchedule.Linear(options.Merged, options.Inflection, shape.Layers);
        (_merged, _protected, IsProportional) = (schedule[shape.Layer], shape.Protected, options.Proportional);
    }

    /// <inheritdoc/>
    public override bool IsActive => _merged > 0;

    /// <inheritdoc/>
    public override bool IsProportional { get; }

    /// <summary>
    /// Tokens at even places choose among those at odd places. The protected ones take no part and come first in what is left, as they were, then those that
    /// chose and were not merged, then those that were to be chosen. Where none is protected, the second group goes by how sure it is, as the authors' does.
    /// </summary>
    protected override TokenMatch Match(Tensor metric)
    {
        var tokens = metric.Size(1);
        var merged = (int)Math.Min(_merged, (tokens - _protected) / 2);
        if (merged <= 0)
            return TokenMatch.Identity(metric);
        var (firstEven, firstOdd) = (_protected + _protected % 2, _protected + (_protected + 1) % 2);
        var (score, chosen) = BestPartners.Of(metric.Slice(1, firstEven, null, 2), metric.Slice(1, firstOdd, null, 2));
        var order = score.ArgSort(-1, descending: true);
        var (moved, kept) = (order[.., ..merged], order[.., merged..]);
        Tensor All(long begin, long end, long step) => Functional.Arange(begin, end, step, device: metric.Device).Expand([metric.Size(0), -1]);
        var evens = (_protected == 0 ? kept : kept.Sort(1).Values) * 2 + firstEven;
        var bases = Functional.Cat([All(0, _protected, 1), evens, All(firstOdd, tokens, 2)], 1);
        return new TokenMatch(tokens, bases, moved * 2 + firstEven, chosen.Gather(1, moved) + (_protected + kept.Size(1)));
    }
}
