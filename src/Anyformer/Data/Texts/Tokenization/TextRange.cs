namespace Anyformer.Data.Texts.Tokenization;

/// <summary>A half-open range of a text.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends: the first place that no longer belongs to it.</param>
public readonly record struct TextRange(int Start, int End)
{
    /// <summary>How long it is.</summary>
    public int Length => End - Start;

    /// <inheritdoc/>
    public override string ToString() => $"{Start}..{End}";
}
