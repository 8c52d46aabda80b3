using System.Text;

namespace Anyformer.Checkpoints;

/// <summary>Puts text that came out of a file into an error message: on one line, and not much of it.</summary>
internal static class Quoted
{
    private const int LongestName = 80;
    private const int LongestText = 200;
    private const int MostNumbers = 8;

    /// <summary>A name in single quotes.</summary>
    public static string Name(string name) => $"'{OneLine(name, LongestName)}'";

    /// <summary>A parser's own words, which may repeat what it read.</summary>
    public static string Text(string text) => OneLine(text, LongestText);

    /// <summary>A shape or another list of numbers, in brackets.</summary>
    public static string List(ReadOnlySpan<long> numbers)
    {
        var text = string.Join(", ", numbers[..Math.Min(numbers.Length, MostNumbers)].ToArray());
        return numbers.Length > MostNumbers ? $"[{text}, ...]" : $"[{text}]";
    }

    private static string OneLine(string text, int most)
    {
        var line = new StringBuilder();
        foreach (var character in text.AsSpan(0, Math.Min(text.Length, most)))
            line.Append(char.IsControl(character) || char.IsSurrogate(character) ? '\uFFFD' : character);
        return text.Length > most ? line.Append("...").ToString() : line.ToString();
    }
}
