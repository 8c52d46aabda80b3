namespace Anyformer.TokenReduction;

/// <summary>What a token reducer is built for.</summary>
/// <param name="Layer">The layer it works in, counted from 0.</param>
/// <param name="Layers">Layers of the host.</param>
/// <param name="Protected">Tokens at the beginning that stay what and where they are: class tokens, registers.</param>
public sealed record TokenReducerShape(int Layer, int Layers, int Protected);
