using System.Globalization;
using System.Text.RegularExpressions;

namespace Anyformer.Attention.Patterns;

/// <summary>
/// Reads a pattern as it is written: <c>band(64, 64) | global(..2)</c>. Operators are <c>!</c>, <c>&amp;</c> and <c>|</c>, in the order in which they
/// bind, and parentheses; functions are those of <see cref="PatternFunctions"/>.
/// </summary>
internal sealed partial class PatternParser
{
    private const int MostNesting = 64;

    private readonly string _text;
    private readonly string[] _tokens;
    private int _next;
    private int _nesting;

    private PatternParser(string text)
    {
        _text = text;
        _tokens = [.. Token().Matches(text).Select(match => match.Value)];
        if (string.Concat(_tokens) != string.Concat(text.Where(character => !char.IsWhiteSpace(character))))
            throw Wrong("has a character that no pattern has");
    }

    /// <summary>The pattern that a text describes.</summary>
    /// <exception cref="UserException">The text is no pattern.</exception>
    public static AttentionPattern Parse(string text)
    {
        var parser = new PatternParser(text);
        var pattern = parser.Union();
        return parser.Peek is null ? pattern : throw parser.Wrong($"goes on after its end, with '{parser.Peek}'");
    }

    private string? Peek => _next < _tokens.Length ? _tokens[_next] : null;

    private AttentionPattern Union()
    {
        if (++_nesting > MostNesting)
            throw Wrong($"is nested more than {MostNesting} times");
        var pattern = Intersection();
        while (Take("|"))
            pattern |= Intersection();
        _nesting--;
        return pattern;
    }

    private AttentionPattern Intersection()
    {
        var pattern = Factor();
        while (Take("&"))
            pattern &= Factor();
        return pattern;
    }

    private AttentionPattern Factor()
    {
        var negated = false;
        while (Take("!"))
            negated = !negated;
        var pattern = Take("(") ? Closed(Union()) : Function();
        return negated ? !pattern : pattern;
    }

    private AttentionPattern Function()
    {
        if (Peek is not { } name || !PatternFunctions.Known.TryGetValue(name, out var function))
            throw Wrong($"has {(Peek is { } found ? $"'{found}'" : "nothing")} where one of {string.Join(", ", PatternFunctions.Known.Keys)} is expected");
        _next++;
        var arguments = Take("(") && !Take(")") ? Arguments() : [];
        try
        {
            return function.Make(new PatternArguments(arguments));
        }
        catch (FormatException)
        {
            throw Wrong($"has the wrong arguments for {name}; expected {name}({function.Arguments})");
        }
    }

    private List<object> Arguments()
    {
        var arguments = new List<object> { Argument() };
        while (Take(","))
            arguments.Add(Argument());
        Close();
        return arguments;
    }

    /// <summary>A number, a range, or a pattern.</summary>
    private object Argument()
    {
        if (Peek is { } token && RangeText().Match(token) is { Success: true } range)
        {
            _next++;
            return new Range(At(range.Groups["begin"], Index.Start), At(range.Groups["end"], Index.End));
        }

        return Peek is { } digits && char.IsAsciiDigit(digits[0]) ? Number(Next()) : Union();
    }

    private Index At(Group position, Index otherwise) => position.Value switch
    {
        "" => otherwise,
        ['^', .. var digits] => new Index(Number(digits), fromEnd: true),
        var digits => Number(digits),
    };

    private int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw Wrong($"has a number that is too large, {digits}");

    private string Next() => _tokens[_next++];

    private AttentionPattern Closed(AttentionPattern pattern)
    {
        Close();
        return pattern;
    }

    private void Close()
    {
        if (!Take(")"))
            throw Wrong($"has {(Peek is { } found ? $"'{found}'" : "nothing")} where ')' is expected");
    }

    private bool Take(string token)
    {
        var isThere = Peek == token;
        _next += isThere ? 1 : 0;
        return isThere;
    }

    private UserException Wrong(string what) => new($"The pattern '{_text}' {what}.");

    [GeneratedRegex(@"\^?\d*\.\.\^?\d*|\d+|[a-z][a-z0-9-]*|[|&!(),]")]
    private static partial Regex Token();

    [GeneratedRegex(@"^(?<begin>\^?\d*)\.\.(?<end>\^?\d*)$")]
    private static partial Regex RangeText();
}
