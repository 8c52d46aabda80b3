using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Anyformer.Checkpoints;

namespace Anyformer.Data.Texts.Tokenization.Patterns;

/// <summary>A regular expression as tokenizer files write it (Oniguruma's syntax), which sees code points.</summary>
internal sealed class RegexPattern : TextPattern
{
    /// <summary>A pattern of an untrusted file may take time that grows without bounds.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _pattern;
    private readonly Regex _regex;

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="UserException">It is none, or has something that .NET's expressions cannot say.</exception>
    internal RegexPattern(string pattern)
    {
        _pattern = pattern;
        try
        {
            _regex = new Regex(OnigurumaSyntax.Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.Compiled, s_patience);
        }
        catch (ArgumentException problem)
        {
            throw new UserException($"The regular expression {Quoted.Name(pattern)} is not understood ({Quoted.Text(problem.Message.TrimEnd('.'))}).", problem);
        }
    }

    /// <inheritdoc/>
    internal override void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        try
        {
            if (text.ContainsAnyInRange('\uD800', '\uDFFF'))
                FindInPairs(text, matches);
            else
                foreach (var match in _regex.EnumerateMatches(text))
                    matches.Add(new TextRange(match.Index, match.Index + match.Length));
        }
        catch (RegexMatchTimeoutException problem)
        {
            throw new UserException($"The regular expression {Quoted.Name(_pattern)} takes more than {s_patience.TotalSeconds:0} seconds on a text.", problem);
        }
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new() { ["Regex"] = _pattern };

    /// <summary>.NET's expressions see UTF-16 code units, so each character outside the basic plane is shown as one inside of its category.</summary>
    private void FindInPairs(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        var shown = new char[text.Length];
        var places = new int[text.Length + 1];
        var count = 0;
        for (var (place, length) = (0, 0); place < text.Length; place += length)
        {
            var status = Rune.DecodeFromUtf16(text[place..], out var character, out length);
            places[count] = place;
            shown[count++] = status == OperationStatus.Done && length == 2 ? Representative(character) : text[place];
        }

        places[count] = text.Length;
        foreach (var match in _regex.EnumerateMatches(shown.AsSpan(0, count)))
            matches.Add(new TextRange(places[match.Index], places[match.Index + match.Length]));
    }

    /// <summary>A character of the same category of a script that patterns do not name, but for Chinese ones.</summary>
    private static char Representative(Rune character) => Rune.GetUnicodeCategory(character) switch
    {
        UnicodeCategory.OtherLetter when character.Value is >= 0x20000 and < 0x32000 => '\u3400',
        UnicodeCategory.UppercaseLetter => '\u2C80',
        UnicodeCategory.LowercaseLetter => '\u2C81',
        UnicodeCategory.ModifierLetter => '\uA4F8',
        UnicodeCategory.OtherLetter => '\uA000',
        UnicodeCategory.NonSpacingMark => '\uA806',
        UnicodeCategory.SpacingCombiningMark => '\uA823',
        UnicodeCategory.DecimalDigitNumber => '\uA8D0',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\uA830',
        UnicodeCategory.DashPunctuation => '\uFE58',
        UnicodeCategory.OtherPunctuation => '\uA4FE',
        UnicodeCategory.MathSymbol => '\uFE62',
        UnicodeCategory.CurrencySymbol => '\uA838',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => '\uA828',
        UnicodeCategory.Format => '\u2064',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\uFDD0',
    };
}
