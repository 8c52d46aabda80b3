namespace Anyformer.Data.Texts.Tokenization;

/// <summary>What encoding does beside making tokens of a text.</summary>
public sealed record EncodingOptions
{
    /// <summary>True to put the tokens around texts that the tokenizer has for it, such as <c>[CLS]</c> and <c>[SEP]</c>.</summary>
    public bool AddsSpecial { get; init; } = true;

    /// <summary>How texts that are too long are cut; null to leave them.</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>How texts that are too short are filled up; null to leave them.</summary>
    public Padding? Padding { get; init; }
}
