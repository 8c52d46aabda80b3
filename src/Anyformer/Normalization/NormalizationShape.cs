namespace Anyformer.Normalization;

/// <summary>The sizes that a normalisation is built for.</summary>
/// <param name="Width">Width of a token.</param>
public sealed record NormalizationShape(int Width);
