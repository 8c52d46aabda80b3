namespace Anyformer.FeedForward;

/// <summary>The sizes that a channel mixer is built for.</summary>
/// <param name="Width">Width of a token.</param>
/// <param name="HiddenWidth">Width of the hidden units.</param>
/// <param name="Dropout">Probability of dropout, where the mixer has such.</param>
public sealed record ChannelMixerShape(int Width, int HiddenWidth, double Dropout = 0);
