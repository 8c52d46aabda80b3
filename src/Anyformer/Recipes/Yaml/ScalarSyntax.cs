using System.Globalization;

namespace Anyformer.Recipes.Yaml;

/// <summary>What an unquoted word means: YAML 1.2's core schema, with decimal numbers only.</summary>
internal static class ScalarSyntax
{
    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    public static bool? ReadBool(string text) => text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => null,
    };

    public static long? ReadWhole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    public static double? ReadNumber(string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
    }

    /// <summary>True when the unquoted word is text: neither nothing, nor a truth value, nor a number.</summary>
    public static bool IsText(string text) => !IsNull(text) && ReadBool(text) is null && ReadNumber(text) is null;

    public static string Write(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
}
