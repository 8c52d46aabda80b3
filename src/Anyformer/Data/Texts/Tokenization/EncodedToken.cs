namespace Anyformer.Data.Texts.Tokenization;

/// <summary>A token of an encoded text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it is called; for an unknown of a Unigram model the text it stands for.</param>
/// <param name="Range">The code points of the original text that it stands for; 0..0 for what was added.</param>
/// <param name="Utf16Range">The same in UTF-16 code units.</param>
/// <param name="TypeId">Which text of a pair it belongs to, as the model is to see it.</param>
/// <param name="IsAdded">True when it stands for no text.</param>
/// <param name="IsPadding">True when it fills up.</param>
internal readonly record struct EncodedToken(
    int Id, string Text, TextRange Range, TextRange Utf16Range, int TypeId, bool IsAdded = false, bool IsPadding = false)
{
    /// <summary>A token that stands for no text.</summary>
    internal static EncodedToken Added(int id, string text, int typeId) => new(id, text, default, default, typeId, IsAdded: true);
}
