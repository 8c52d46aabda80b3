using System.CommandLine;

namespace Anyformer.Cli;

/// <summary>Commands as they can be pasted into a shell.</summary>
internal static class ShellText
{
    /// <summary>The command line that was given.</summary>
    public static string Of(ParseResult parsed) => string.Join(' ', parsed.Tokens.Select(token => Quote(token.Value)).Prepend("./anyformer"));

    /// <summary>A word, quoted where a shell would take it apart.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(IsPlain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char letter) => char.IsLetterOrDigit(letter) || "-_./=:,+@%".Contains(letter);
}
