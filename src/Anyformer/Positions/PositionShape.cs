namespace Anyformer.Positions;

/// <summary>The sizes that a position encoding is built for.</summary>
/// <param name="Tokens">Most tokens of a sample, for encodings that hold a table.</param>
/// <param name="Width">Width of a token.</param>
/// <param name="HeadWidth">Width of a head's queries and keys.</param>
public sealed record PositionShape(int Tokens, int Width, int HeadWidth);
