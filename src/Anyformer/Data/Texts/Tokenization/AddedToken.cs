namespace Anyformer.Data.Texts.Tokenization;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">The text that it is.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>True when it stands for no text, so that decoding may leave it out.</summary>
    internal bool IsSpecial { get; init; }

    /// <summary>True to find it in the normalized text, itself normalized.</summary>
    internal bool IsNormalized { get; init; }

    /// <summary>True to find it as a word of its own only.</summary>
    internal bool IsWord { get; init; }

    /// <summary>True to take the whitespace before it too.</summary>
    internal bool StripsLeft { get; init; }

    /// <summary>True to take the whitespace after it too.</summary>
    internal bool StripsRight { get; init; }
}
