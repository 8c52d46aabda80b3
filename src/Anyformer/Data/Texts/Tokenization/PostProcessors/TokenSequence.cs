namespace Anyformer.Data.Texts.Tokenization.PostProcessors;

/// <summary>Tokens of one text, or some that were added.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Map">Where the code points of the text lie.</param>
internal sealed record TokenSequence(EncodedToken[] Tokens, CodePointMap Map)
{
    /// <summary>The same tokens, changed one by one.</summary>
    internal TokenSequence Select(Func<EncodedToken, int, EncodedToken> change) => this with { Tokens = [.. Tokens.Select(change)] };

    /// <summary>The same tokens as one type.</summary>
    internal TokenSequence WithType(int typeId) => Select((token, _) => token with { TypeId = typeId });

    /// <summary>A token with another range of code points.</summary>
    internal EncodedToken At(EncodedToken token, TextRange points) => token with { Range = points, Utf16Range = Map.ToUnits(points) };
}
