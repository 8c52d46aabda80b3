using System.Text;

namespace Anyformer.Data.Texts.Tokenization.Patterns;

/// <summary>
/// Oniguruma's regular expressions in .NET's syntax. What both write differently: <c>\w</c> and long names of categories, possessive repeats,
/// classes within classes, and <c>^</c> and <c>$</c>, which are ends of lines.
/// </summary>
internal sealed class OnigurumaSyntax
{
    /// <summary>Letters, marks, decimal digits, letter numbers, connectors and circled letters.</summary>
    private const string WordClass = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";

    /// <summary>Latin-1's other numbers, which Oniguruma takes for word characters where the sign stands alone.</summary>
    private const string LatinNumbers = @"\u00B2\u00B3\u00B9\u00BC-\u00BE";

    private static readonly Dictionary<string, string> s_categories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L",
        ["Alpha"] = "L",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Upper"] = "Lu",
        ["Lower"] = "Ll",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Decimal_Number"] = "Nd",
        ["Digit"] = "Nd",
        ["Punctuation"] = "P",
        ["Punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Space_Separator"] = "Zs",
        ["Other"] = "C",
        ["Control"] = "Cc",
        ["Cntrl"] = "Cc",
    };

    private readonly string _pattern;
    private readonly StringBuilder _result = new();
    private readonly Stack<int> _groups = new();
    private int _place;
    // Where in the result the last thing begins that a repeat would repeat.
    private int _atom;

    private OnigurumaSyntax(string pattern) => _pattern = pattern;

    /// <summary>The pattern in .NET's syntax.</summary>
    /// <exception cref="ArgumentException">It ends too early, or has what cannot be said.</exception>
    internal static string Translate(string pattern) => new OnigurumaSyntax(pattern).Run();

    private string Run()
    {
        while (_place < _pattern.Length)
            Step();
        return _result.ToString();
    }

    private void Step()
    {
        var character = _pattern[_place];
        switch (character)
        {
            case '\\':
                Atom(Escape(inClass: false));
                break;
            case '[':
                Atom(Class());
                break;
            case '^' or '$':
                _place++;
                Atom($"(?m:{character})");
                break;
            case '(':
                OpenGroup();
                break;
            case ')':
                _place++;
                _result.Append(')');
                _atom = _groups.TryPop(out var begin) ? begin : throw new ArgumentException("a ')' closes nothing");
                break;
            case '?' or '*' or '+':
                Repeat(character);
                break;
            default:
                _place++;
                Atom($"{character}");
                break;
        }
    }

    private void Atom(string text)
    {
        _atom = _result.Length;
        _result.Append(text);
    }

    /// <summary>The head of a group is taken as it is: its question mark repeats nothing.</summary>
    private void OpenGroup()
    {
        _groups.Push(_result.Length);
        var end = _place + 1;
        if (end < _pattern.Length && _pattern[end] == '?')
        {
            end = _pattern.AsSpan(end).IndexOfAny(":=!>)") is var found and >= 0 ? end + found : throw new ArgumentException("a group has no end");
            if (_pattern[end] == ')')
                _groups.Pop();
            end++;
        }

        _result.Append(_pattern, _place, end - _place);
        _place = end;
    }

    /// <summary>A repeat; a <c>+</c> after it makes it possessive, which .NET writes as an atomic group.</summary>
    private void Repeat(char character)
    {
        _place++;
        _result.Append(character);
        if (_place < _pattern.Length && _pattern[_place] == '?')
        {
            _place++;
            _result.Append('?');
        }
        else if (_place < _pattern.Length && _pattern[_place] == '+')
        {
            _place++;
            _result.Insert(_atom, "(?>").Append(')');
        }
    }

    private string Escape(bool inClass)
    {
        if (_place + 1 >= _pattern.Length)
            throw new ArgumentException("it ends with a backslash");
        var kind = _pattern[_place + 1];
        if (kind is 'p' or 'P' && _place + 2 < _pattern.Length && _pattern[_place + 2] == '{')
            return Category(kind, inClass);
        _place += 2;
        return kind switch
        {
            'w' => inClass ? WordClass : $"[{WordClass}{LatinNumbers}]",
            'W' when !inClass => $"[^{WordClass}{LatinNumbers}]",
            'W' => throw new ArgumentException("\\W within a class"),
            'h' => inClass ? "0-9A-Fa-f" : "[0-9A-Fa-f]",
            'x' when _place < _pattern.Length && _pattern[_place] == '{' => CodePoint(),
            _ => $"\\{kind}",
        };
    }

    private string Category(char kind, bool inClass)
    {
        var end = _pattern.IndexOf('}', _place) is var found and >= 0 ? found : throw new ArgumentException("a category has no end");
        var name = _pattern[(_place + 3)..end];
        _place = end + 1;
        if (name.StartsWith('^'))
            (kind, name) = (kind == 'p' ? 'P' : 'p', name[1..]);
        if (ScriptRanges.Of(name) is not { } script)
            return $"\\{kind}{{{s_categories.GetValueOrDefault(name, name)}}}";
        return (kind, inClass) switch
        {
            ('p', true) => script,
            ('P', true) => throw new ArgumentException($"\\P{{{name}}} within a class"),
            _ => $"[{(kind == 'P' ? "^" : "")}{script}]",
        };
    }

    private string CodePoint()
    {
        var end = _pattern.IndexOf('}', _place) is var found and >= 0 ? found : throw new ArgumentException("a code point has no end");
        var value = Convert.ToInt32(_pattern[(_place + 1)..end], 16);
        _place = end + 1;
        return value <= char.MaxValue ? $"\\u{value:X4}" : throw new ArgumentException("a code point outside the basic plane");
    }

    /// <summary>A class; one within it is joined to it, and <c>&amp;&amp;[^...]</c> is taken away from it.</summary>
    private string Class()
    {
        var result = new StringBuilder("[");
        _place++;
        if (Skip("^"))
            result.Append('^');
        // A bracket that closes at once is a character.
        for (var isFirst = true; isFirst || !Skip("]"); isFirst = false)
        {
            if (_place >= _pattern.Length)
                throw new ArgumentException("a class has no end");
            if (Skip("&&[^"))
            {
                result.Append("-[").Append(Members()).Append("]]");
                return Skip("]") ? result.ToString() : throw new ArgumentException("a class goes on after &&[^...]");
            }

            if (Skip("&&") || _pattern.AsSpan(_place).StartsWith("[^") || _pattern.AsSpan(_place).StartsWith("[:"))
                throw new ArgumentException("a class within a class that is not simply joined");
            result.Append(Member());
        }

        return result.Append(']').ToString();
    }

    /// <summary>The members of a class up to its end.</summary>
    private string Members()
    {
        var result = new StringBuilder();
        while (!Skip("]"))
            result.Append(_place < _pattern.Length ? Member() : throw new ArgumentException("a class has no end"));
        return result.ToString();
    }

    private string Member()
    {
        switch (_pattern[_place])
        {
            case '\\':
                return Escape(inClass: true);
            case '[':
                _place++;
                return Members();
            case ']':
                _place++;
                return @"\]";
            default:
                return $"{_pattern[_place++]}";
        }
    }

    private bool Skip(string text)
    {
        if (!_pattern.AsSpan(_place).StartsWith(text, StringComparison.Ordinal))
            return false;
        _place += text.Length;
        return true;
    }
}
