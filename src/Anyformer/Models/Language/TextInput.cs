using Anyformer.Attention;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Texts as a model takes them.</summary>
/// <param name="Tokens">Token ids, (batch, tokens).</param>
public sealed record TextInput(Tensor Tokens)
{
    /// <summary>True at tokens, false at padding, (batch, tokens); null when there is no padding.</summary>
    public Tensor? Real { get; init; }

    /// <summary>Which of several texts side by side each token belongs to, (batch, tokens), from 0; null when there is one. Models without such types refuse others than 0.</summary>
    public Tensor? Types { get; init; }

    /// <summary>Where each token stands, (batch, tokens); null for 0, 1, 2 ..., and behind what was read before where a text goes on.</summary>
    public Tensor? Positions { get; init; }

    /// <summary>
    /// Which of several documents in the same text each token belongs to, (batch, tokens), integers: tokens see none of another document. Null where each text
    /// is one. Models refuse it unless they say that they <see cref="TextModel.TakesDocuments"/>.
    /// </summary>
    public Tensor? Documents { get; init; }

    /// <summary>
    /// True at the tokens of a prefix, which a language model sees from everywhere, (batch, tokens); null for none (Raffel et al. 2020, arXiv 1910.10683,
    /// section 3.2.1). Models refuse it unless they say that they <see cref="TextModel.TakesDocuments"/>.
    /// </summary>
    public Tensor? Prefix { get; init; }

    /// <summary>True where two tokens are of the same document, (batch, tokens, tokens); null where each text is one.</summary>
    internal Tensor? SameDocument => Documents?.Unsqueeze(2).Eq(Documents.Unsqueeze(1));

    /// <summary>What the tokens of a language model see: what came before and the prefix, of their own document, and no padding.</summary>
    internal AttentionMask CausalMask()
    {
        var pairs = SameDocument?.Unsqueeze(1);
        if (Prefix is null)
            return AttentionMask.Causal with { Keys = Real, Queries = Real, Pairs = pairs };
        var tokens = Tokens.Size(1);
        var seen = Functional.Ones([tokens, tokens], DType.Bool, device: Tokens.Device).Tril().LogicalOr(Prefix.View([-1, 1, 1, tokens]));
        return new AttentionMask { Keys = Real, Queries = Real, Pairs = pairs is null ? seen : seen.LogicalAnd(pairs) };
    }

    /// <summary>Refuses several documents in a text, for models whose positions would go on from one to the next.</summary>
    /// <exception cref="UserException">There are several.</exception>
    internal void RefuseDocuments()
    {
        if (Documents is not null)
            throw new UserException(
                "The positions of this model are counted over the whole text, so it takes no documents side by side; take rotary, learned or sinusoidal ones.");
    }

    /// <summary>Refuses types of tokens and positions of the caller's, for models that know neither.</summary>
    /// <param name="model">The name in the message.</param>
    /// <exception cref="UserException">There are such.</exception>
    internal void RefuseTypesAndPositions(string model)
    {
        RefuseTypes(model);
        RefusePositions(model);
    }

    /// <summary>Refuses types of tokens, for models that know none.</summary>
    /// <param name="model">The name in the message.</param>
    /// <exception cref="UserException">There are such.</exception>
    internal void RefuseTypes(string model)
    {
        if (Types is not null)
            throw new UserException($"{model} has no types of tokens, so it takes a text without them.");
    }

    /// <summary>Refuses positions of the caller's, for models that count them.</summary>
    /// <param name="model">The name in the message.</param>
    /// <exception cref="UserException">There are such.</exception>
    internal void RefusePositions(string model)
    {
        if (Positions is not null)
            throw new UserException($"{model} counts positions itself, so it takes a text without them.");
    }
}
