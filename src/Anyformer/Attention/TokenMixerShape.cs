namespace Anyformer.Attention;

/// <summary>The sizes that a token mixer is built for.</summary>
/// <param name="Tokens">Tokens of a sample; a mixer that takes any number does not need it.</param>
/// <param name="Width">Width of a token.</param>
/// <param name="Heads">Heads side by side, where the mixer has such.</param>
/// <param name="Dropout">Probability of dropout, where the mixer has such.</param>
public sealed record TokenMixerShape(int Tokens, int Width, int Heads, double Dropout = 0);
