using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>What an encoder is to leave out beside padding.</summary>
public sealed record EncoderMasks
{
    /// <summary>True where a token may see another, (batch, tokens, tokens), the one that sees first; null when every pair may.</summary>
    public Tensor? Pairs { get; init; }

    /// <summary>What the contexts of the heads are multiplied by, (layers, heads): 0 takes a head away; null for 1.</summary>
    public Tensor? Heads { get; init; }
}
