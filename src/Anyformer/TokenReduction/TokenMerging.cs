using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
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
    /// Tokens at even places choose among those at odd places. The protected ones come first in what is left, as they were, then those that chose and
    /// were not merged, then those that were to be chosen. Where none is protected, the second group goes by how sure it is, as the authors' does.
    /// </summary>
    protected override TokenMatch Match(Tensor metric)
    {
        var merged = (int)Math.Min(_merged, (metric.Size(1) - _protected) / 2);
        if (merged <= 0)
            return TokenMatch.Identity(metric);
        var (chosen, order) = Choose(metric);
        var moved = order[.., ..merged];
        var kept = _protected == 0 ? order[.., merged..] : order[.., merged..].Sort(1).Values;
        var targets = chosen.Gather(1, moved) + kept.Size(1);
        return new TokenMatch(metric.Size(1), Bases(kept, chosen, metric.Size(1)), moved * 2, targets);
    }

    /// <summary>The token that each at an even place chooses, counted among those at odd places, and the even ones from the surest on.</summary>
    private (Tensor Chosen, Tensor Order) Choose(Tensor metric)
    {
        var unit = Unit(metric);
        var scores = unit.Slice(1, 0, null, 2).MatMul(unit.Slice(1, 1, null, 2).Transpose(1, 2));
        if (_protected > 0)
            scores[.., ..((_protected + 1) / 2)] = Tensor.From(double.NegativeInfinity);
        if (_protected > 1)
            scores[.., .., ..(_protected / 2)] = Tensor.From(double.NegativeInfinity);
        var (score, chosen) = scores.Max(-1);
        return (chosen, score.ArgSort(-1, descending: true));
    }

    private Tensor Bases(Tensor kept, Tensor like, long tokens)
    {
        Tensor All(Tensor places) => places.Expand([like.Size(0), -1]);
        var odd = Functional.Arange(1, tokens, 2, device: like.Device)[(_protected / 2)..];
        return _protected == 0
            ? Functional.Cat([kept * 2, All(odd)], 1)
            : Functional.Cat([All(Functional.Arange(_protected, device: like.Device)), kept[.., ((_protected + 1) / 2)..] * 2, All(odd)], 1);
    }
}
