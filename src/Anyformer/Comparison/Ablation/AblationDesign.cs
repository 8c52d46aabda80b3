namespace Anyformer.Comparison.Ablation;

/// <summary>One thing that an ablation varies.</summary>
/// <param name="Key">The key of the recipe, as the user named it: <c>norm</c>.</param>
/// <param name="Levels">The values it takes, as written.</param>
public sealed record Factor(string Key, IReadOnlyList<string> Levels)
{
    /// <summary>Reads <c>norm=layer,rms,{kind: ada-norm, strength: 0.2}</c>: commas inside brackets do not separate.</summary>
    /// <exception cref="UserException">There is no key, or fewer than one value.</exception>
    public static Factor Parse(string text)
    {
        var (key, values) = text.IndexOf('=', StringComparison.Ordinal) is var sign and > 0 ? (text[..sign].Trim(), text[(sign + 1)..]) : ("", "");
        string[] levels = [.. Split(values).Select(level => level.Trim())];
        if (key.Length == 0 || levels.Length == 0 || levels.Any(level => level.Length == 0))
            throw new UserException($"What to vary must be written as key=value,value, found '{text}'.");
        return levels.Distinct().Count() == levels.Length ? new Factor(key, levels)
            : throw new UserException($"The values of '{key}' must differ, found '{values}'.");
    }

    private static IEnumerable<string> Split(string values)
    {
        var (depth, start) = (0, 0);
        for (var place = 0; place < values.Length; place++)
        {
            depth += values[place] switch { '{' or '[' => 1, '}' or ']' => -1, _ => 0 };
            if (values[place] != ',' || depth != 0)
                continue;
            yield return values[start..place];
            start = place + 1;
        }

        yield return values[start..];
    }
}

/// <summary>One recipe of an ablation: the values it sets over the base; none of the base itself.</summary>
/// <param name="Settings">Values by the key of their factor.</param>
public sealed record AblationVariant(IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    /// <summary>What it is called: unless it has a name of its own, <c>norm=rms, position=rotary</c>, or <c>as the recipe says</c>.</summary>
    public string Name { get; init; } = Settings.Count == 0 ? "as the recipe says" : string.Join(", ", Settings.Select(setting => $"{setting.Key}={setting.Value}"));

    /// <summary>The value that it sets for a factor; null when it leaves that as it is.</summary>
    public string? Level(Factor factor) => Settings.Where(setting => setting.Key == factor.Key).Select(setting => setting.Value).FirstOrDefault();
}

/// <summary>Which variants an ablation runs.</summary>
public static class AblationDesign
{
    /// <summary>The recipe itself, and every value of every factor alone.</summary>
    public static IReadOnlyList<AblationVariant> OneAtATime(IReadOnlyList<Factor> factors) =>
        [new AblationVariant([]), .. factors.SelectMany(factor => factor.Levels.Select(level => new AblationVariant([new(factor.Key, level)])))];

    /// <summary>Every combination of values.</summary>
    public static IReadOnlyList<AblationVariant> Grid(IReadOnlyList<Factor> factors) => factors.Aggregate(
        (IReadOnlyList<AblationVariant>)[new AblationVariant([])],
        (variants, factor) => [.. variants.SelectMany(variant => factor.Levels.Select(level =>
            new AblationVariant([.. variant.Settings, new(factor.Key, level)])))]);
}
