using System.Globalization;

namespace Anyformer.Data.TimeSeries;

/// <summary>What the text of one cell stands for.</summary>
internal static class TableCell
{
    private static readonly string[] s_missingWords = ["nan", "na", "n/a", "#n/a", "null", "none"];

    /// <summary>Whether it says that there is nothing in it.</summary>
    public static bool IsMissing(string text)
    {
        var word = text.Trim();
        return word.Length == 0 || s_missingWords.Contains(word, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A time as messages name it.</summary>
    public static string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    /// <summary>Reads a number, or true and false as 1 and 0.</summary>
    public static bool TryParseKnown(string text, out double value)
    {
        var isTruth = bool.TryParse(text, out var truth);
        value = truth ? 1 : 0;
        return isTruth || TryParse(text, out value);
    }

    public static bool HasDecimalComma(string text)
    {
        var comma = text.LastIndexOf(',');
        return comma > text.LastIndexOf('.') && TryParse(text.Replace(".", "").Replace(',', '.'), out _);
    }
}
