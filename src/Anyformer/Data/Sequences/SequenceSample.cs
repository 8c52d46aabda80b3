namespace Anyformer.Data.Sequences;

/// <summary>A sequence, or a pair of them, and its class.</summary>
/// <param name="Symbols">The symbols in order, each a byte; token ids are made of them by <see cref="SequenceData.FirstToken"/>.</param>
/// <param name="Label">The class, from 0.</param>
/// <param name="Second">The other sequence of a pair; null when the sample is one sequence.</param>
public sealed record SequenceSample(byte[] Symbols, int Label, byte[]? Second = null);
