using System.Text;

namespace Anyformer.Models.Language.Decoding;

/// <summary>Passes a text on piece by piece until a stop string comes, and holds back what may be the beginning of one.</summary>
/// <param name="stops">The strings that end the text; they are not passed on.</param>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private readonly StringBuilder _held = new();

    /// <summary>Whether a stop string came.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>What can be passed on now.</summary>
    /// <param name="piece">What came.</param>
    internal string Add(string piece)
    {
        if (IsOver)
            return "";
        var text = _held.Append(piece).ToString();
        var first = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(place => place >= 0).DefaultIfEmpty(-1).Min();
        IsOver = first >= 0;
        var ready = IsOver ? first : text.Length - Enumerable.Range(0, text.Length + 1).Last(length => length == 0 || stops.Any(stop => EndsWithBeginning(text, stop, length)));
        _held.Clear().Append(text.AsSpan(ready));
        return text[..ready];
    }

    /// <summary>What was held back, when nothing comes any more.</summary>
    internal string Finish()
    {
        var rest = IsOver ? "" : _held.ToString();
        _held.Clear();
        return rest;
    }

    private static bool EndsWithBeginning(string text, string stop, int length) =>
        length < stop.Length && text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length));
}
