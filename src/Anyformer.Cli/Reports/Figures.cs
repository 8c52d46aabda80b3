using System.Globalization;
using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>Numbers as people read them, the same on the terminal and in reports. What is undefined is an en dash.</summary>
internal static class Figures
{
    public const string Undefined = "–";

    /// <summary>Four significant digits: <c>0.2310</c>, <c>12.35</c>, <c>1.234e-07</c>.</summary>
    public static string Error(double value) => Significant(value, digits: 4);

    /// <summary>Three significant digits.</summary>
    public static string Measure(double value) => Significant(value, digits: 3);

    /// <summary>A mean and, where there is one, its spread with as many decimals: <c>0.2310 ± 0.0040</c>.</summary>
    public static string ErrorWithSpread(Statistic error)
    {
        var mean = Error(error.Mean);
        if (!double.IsFinite(error.StandardDeviation))
            return mean;
        var point = mean.IndexOf('.', StringComparison.Ordinal);
        var spread = mean.Contains('e', StringComparison.Ordinal)
            ? Error(error.StandardDeviation)
            : Fixed(error.StandardDeviation, point < 0 ? 0 : mean.Length - point - 1);
        return $"{mean} ± {spread}";
    }

    /// <summary>What is shown of an error, with its spread: the error itself, or the accuracy that people speak of instead.</summary>
    public static string ErrorWithSpread(ErrorMetric metric, Statistic shown) => metric.Accuracy is null ? ErrorWithSpread(shown) : ShareWithSpread(shown);

    /// <summary>A share in percent and, where there is one, its spread: <c>36.4 % ± 0.4</c>.</summary>
    public static string ShareWithSpread(Statistic share) => double.IsFinite(share.StandardDeviation)
        ? string.Create(CultureInfo.InvariantCulture, $"{Share(share.Mean)} ± {100 * share.StandardDeviation:0.0}")
        : Share(share.Mean);

    /// <summary>How many, in thousands or millions: <c>523</c>, <c>12.3 k</c>, <c>1.23 M</c>.</summary>
    public static string Count(double value) => Scaled(value, 1000, ["", " k", " M", " G"]);

    /// <summary>A share in percent: <c>89.7 %</c>.</summary>
    public static string Share(double value) => double.IsFinite(value) ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.0} %") : Undefined;

    /// <summary>Bytes in binary units: <c>312 MiB</c>.</summary>
    public static string Bytes(double value) => Scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]);

    /// <summary>A whole number with separators: <c>17,420</c>.</summary>
    public static string Whole(double value) => double.IsFinite(value) ? value.ToString("N0", CultureInfo.InvariantCulture) : Undefined;

    /// <summary>A time span: <c>0.42 s</c>, <c>3m 24s</c>, <c>2h 05m</c>.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
            return Undefined;
        var whole = (long)Math.Round(seconds);
        return whole switch
        {
            < 60 => $"{Measure(seconds)} s",
            < 3600 => $"{whole / 60}m {whole % 60:00}s",
            _ => $"{whole / 3600}h {whole % 3600 / 60:00}m",
        };
    }

    private static string Scaled(double value, double unit, string[] names)
    {
        if (!double.IsFinite(value))
            return Undefined;
        var power = 0;
        for (; Math.Abs(value) >= unit - 0.5 && power < names.Length - 1; power++)
            value /= unit;
        return (power == 0 ? Fixed(value, 0) : Measure(value)) + names[power];
    }

    private static string Significant(double value, int digits)
    {
        if (!double.IsFinite(value))
            return Undefined;
        // The exponent after rounding: 0.9997 is written as 1.00.
        var exponential = value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture);
        var magnitude = int.Parse(exponential.AsSpan(exponential.IndexOf('E') + 1), CultureInfo.InvariantCulture);
        return magnitude is < -4 or > 8
            ? value.ToString($"0.{new string('0', digits - 1)}e+00", CultureInfo.InvariantCulture)
            : Fixed(value, Math.Max(0, digits - 1 - magnitude));
    }

    private static string Fixed(double value, int decimals) => value.ToString($"N{decimals}", CultureInfo.InvariantCulture);
}
