using System.Reflection;
using System.Text.RegularExpressions;

namespace Anyformer.Catalog;

/// <summary>Symbols of a formula and what they are.</summary>
/// <param name="Names">One or more, separated by commas: <c>W1, W2</c>.</param>
/// <param name="Meaning">What it is and its shape; null when nobody says.</param>
public sealed record FormulaSymbol(string Names, string? Meaning);

/// <summary>The formula of a method with every symbol in it.</summary>
/// <param name="Lines">The equations.</param>
/// <param name="Symbols">The method's own symbols, as its <see cref="FormulaAttribute"/> says, then those of <see cref="Notation"/> that it uses.</param>
public sealed partial record FormulaSheet(IReadOnlyList<string> Lines, IReadOnlyList<FormulaSymbol> Symbols)
{
    /// <summary>The sheet of a method; null when it has no formula.</summary>
    public static FormulaSheet? Of(CatalogEntry entry)
    {
        if (entry.Type.GetCustomAttribute<FormulaAttribute>() is not { } formula)
            return null;
        FormulaSymbol[] own = [.. formula.Where.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
        var known = own.SelectMany(symbol => symbol.Names.Split(", ")).ToHashSet();
        var others = formula.Lines.SelectMany(line => Used(line, known, entry.Type)).Distinct().Where(symbol => !known.Contains(symbol));
        return new FormulaSheet(formula.Lines, [.. own, .. others.Select(symbol => new FormulaSymbol(symbol, Notation.Meaning(symbol, entry.Type)))]);
    }

    /// <summary>The symbols of a line, each as it is defined: <c>q_i</c> is of q and i unless <c>q_i</c> itself has a meaning.</summary>
    internal static IEnumerable<string> Used(string line, IReadOnlySet<string> own, Type type)
    {
        bool IsDefined(string symbol) => own.Contains(symbol) || Notation.Meaning(symbol, type) is not null;
        foreach (Match match in Identifier().Matches(line))
        {
            var (letters, marks, index) = (match.Groups["letters"].Value, match.Groups["marks"].Value, match.Groups["index"].Value);
            // Longer ones are functions and words.
            if (letters.Length > 1)
                continue;
            string[] candidates = [$"{letters}{marks}_{index}", $"{letters}_{index}", letters + marks];
            var whole = candidates.FirstOrDefault(IsDefined) ?? letters;
            yield return whole;
            foreach (var part in whole.Contains('_') || index.Count(char.IsLetter) > 2 ? [] : index.Where(char.IsLetter))
                yield return part.ToString();
        }
    }

    private static FormulaSymbol Parse(string text) =>
        text.Split(": ", 2) is [var names, var meaning] ? new(names, meaning) : new(text, null);

    /// <summary>Letters, digits and primes behind them, and an index of letters and digits. A number such as 1e-6 is none.</summary>
    [GeneratedRegex(@"(?<![\p{L}_'])(?!(?<=\d)e-\d)(?<letters>[A-Za-zΑ-Ωα-ω]+)(?<marks>\d*'*)(_(?<index>[A-Za-zΑ-Ωα-ω0-9]+))?")]
    private static partial Regex Identifier();
}
