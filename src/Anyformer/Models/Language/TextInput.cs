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
