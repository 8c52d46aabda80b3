using System.Text.RegularExpressions;

namespace Anyformer.Comparison.Texts;

/// <summary>How texts are cut into the words that BLEU counts.</summary>
public enum BleuTokenization
{
    /// <summary>Of NIST's mteval-v13a, the one that WMT reports.</summary>
    Mteval13a,

    /// <summary>Of mteval-v14 for all languages: punctuation and symbols of Unicode.</summary>
    International,

    /// <summary>Every character but white space is a word.</summary>
    Character,

    /// <summary>Only white space divides.</summary>
    None,
}

/// <summary>Cuts texts into words as sacreBLEU does.</summary>
internal static partial class BleuWords
{
    private static readonly char[]? s_whiteSpace = null;

    internal static string[] Of(string text, BleuTokenization tokenization) => (tokenization switch
    {
        BleuTokenization.Mteval13a => Western(text),
        BleuTokenization.International => Symbol().Replace(BeforeOther().Replace(AfterOther().Replace(text, "$1 $2 "), " $1 $2"), " $1 "),
        BleuTokenization.Character => string.Join(' ', text.EnumerateRunes()),
        _ => text,
    }).Split(s_whiteSpace, StringSplitOptions.RemoveEmptyEntries);

    private static string Western(string text)
    {
        text = text.Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ')
            .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        text = Punctuation().Replace($" {text} ", " $1 ");
        text = StopBehindOther().Replace(text, "$1 $2 ");
        text = StopBeforeOther().Replace(text, " $1 $2");
        return DashBehindDigit().Replace(text, "$1 $2 ");
    }

    [GeneratedRegex(@"([{-~\[-` -&(-+:-@/])")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"([^0-9])([.,])")]
    private static partial Regex StopBehindOther();

    [GeneratedRegex(@"([.,])([^0-9])")]
    private static partial Regex StopBeforeOther();

    [GeneratedRegex("([0-9])(-)")]
    private static partial Regex DashBehindDigit();

    [GeneratedRegex(@"(\P{N})(\p{P})")]
    private static partial Regex AfterOther();

    [GeneratedRegex(@"(\p{P})(\P{N})")]
    private static partial Regex BeforeOther();

    [GeneratedRegex(@"(\p{S})")]
    private static partial Regex Symbol();
}
