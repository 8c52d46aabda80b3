namespace Anyformer.Data.Texts.Tokenization;

/// <summary>Text that grows token by token, without broken characters: what a token begins of a character comes when a later one completes it.</summary>
public sealed class TextStream
{
    /// <summary>Tokens without a whole character after which the bytes are taken for broken: no character has so many.</summary>
    private const int MostPending = 8;

    private readonly Func<IReadOnlyList<int>, string> _decode;
    private readonly List<int> _ids = [];
    // What has been given out, in the last tokens that decoding needs to see: with those before them it would take ever longer.
    private string _given = "";
    private int _givenIds;

    internal TextStream(Func<IReadOnlyList<int>, string> decode) => _decode = decode;

    /// <summary>Adds a token.</summary>
    /// <returns>The text that it adds; empty while a character is not complete.</returns>
    public string Add(int id)
    {
        _ids.Add(id);
        var text = _decode(_ids);
        var isPending = text.EndsWith('\uFFFD') && _ids.Count - _givenIds < MostPending;
        if (isPending || !text.StartsWith(_given, StringComparison.Ordinal) || text.Length == _given.Length)
            return "";
        var added = text[_given.Length..];
        // The tokens of the last step stay: what decoding does at the beginning of a text must not happen in its middle.
        _ids.RemoveRange(0, _givenIds);
        (_given, _givenIds) = (_decode(_ids), _ids.Count);
        return added;
    }

    /// <summary>What has not been given out yet, broken characters included.</summary>
    public string Finish()
    {
        var text = _decode(_ids);
        var rest = text.StartsWith(_given, StringComparison.Ordinal) ? text[_given.Length..] : "";
        _ids.Clear();
        (_given, _givenIds) = ("", 0);
        return rest;
    }
}
