using System.Text.RegularExpressions;

namespace Anyformer.Checkpoints;

/// <summary>A dotted name in which <c>{i}</c> stands for one part.</summary>
internal sealed class NamePattern
{
    private readonly string _text;
    private readonly Regex _regex;

    internal NamePattern(string text)
    {
        _text = text;
        var escaped = Regex.Escape(text).Replace(@"\{", "{", StringComparison.Ordinal);
        _regex = new Regex("^" + Regex.Replace(escaped, @"\{(\w+)\}", "(?<$1>[^.]+)") + "$", RegexOptions.CultureInvariant);
    }

    /// <summary>The parts that the placeholders stand for in a name, or null when the name has another form.</summary>
    internal IReadOnlyDictionary<string, string>? Match(string name)
    {
        var match = _regex.Match(name);
        return match.Success ? _regex.GetGroupNames().Skip(1).ToDictionary(group => group, group => match.Groups[group].Value) : null;
    }

    /// <summary>The name with the placeholders filled in.</summary>
    internal string Fill(IReadOnlyDictionary<string, string> parts) =>
        parts.Aggregate(_text, static (text, part) => text.Replace($"{{{part.Key}}}", part.Value, StringComparison.Ordinal));
}
