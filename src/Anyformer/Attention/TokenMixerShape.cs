using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Attention;

/// <summary>The sizes that a token mixer is built for.</summary>
/// <param name="Tokens">Most tokens of a sample; a mixer that takes any number does not need it.</param>
/// <param name="Width">Width of a token.</param>
/// <param name="Heads">Heads side by side, where the mixer has such.</param>
/// <param name="Dropout">Probability of dropout, where the mixer has such.</param>
/// <param name="InnerWidth">Width of all heads together; null for the width of a token.</param>
public sealed record TokenMixerShape(int Tokens, int Width, int Heads, double Dropout = 0, int? InnerWidth = null)
{
    /// <summary>Positions to be worked into queries and keys or into scores; null for none. A mixer without such refuses them.</summary>
    public Part<PositionEncoding>? Position { get; init; }

    /// <summary>What attends within each head of a <see cref="HeadInteractions.HeadInteraction"/>; null for the softmax with <see cref="Position"/>.</summary>
    public HeadFunction? Function { get; init; }

    /// <summary>The number of the layer that the mixer is in, from 0.</summary>
    public int Layer { get; init; }

    /// <summary>Most tokens of the context of a <see cref="CrossMixer"/>; null for as many as there are tokens.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Width of a head's queries, keys and values.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public int HeadWidth => Heads > 0 && (InnerWidth ?? Width) % Heads == 0
        ? (InnerWidth ?? Width) / Heads
        : throw new UserException($"The width must be a multiple of the number of heads, found width {InnerWidth ?? Width} and {Heads} heads.");

    /// <summary>The sizes of the attention function of a mixer that has one.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public AttentionShape OfFunction => new(Heads, HeadWidth, Dropout, Tokens) { Layer = Layer };
}
