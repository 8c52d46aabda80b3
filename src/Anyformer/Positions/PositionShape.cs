namespace Anyformer.Positions;

/// <summary>The sizes that a position encoding is built for.</summary>
/// <param name="Tokens">Most tokens of a sample, for encodings that hold a table.</param>
/// <param name="Width">Width of a token.</param>
/// <param name="HeadWidth">Width of a head's queries and keys.</param>
/// <param name="Heads">Heads side by side, for positions that change scores.</param>
public sealed record PositionShape(int Tokens, int Width, int HeadWidth, int Heads = 1);
