using System.Globalization;

namespace Anyformer.Torch.Printing;

/// <summary>
/// How PyTorch writes the real numbers of one tensor: whole numbers as <c>2.</c>, others as <c>0.2500</c>, and all as <c>2.5000e-01</c>
/// when they lie too far apart for that. Zeros, infinities and nan have no say in the choice and the width.
/// </summary>
internal sealed class RealFormat
{
    private const double LargestRatio = 1000;
    private const double LargestFixed = 1e8;
    private const double SmallestFixed = 1e-4;

    private readonly bool _isWhole;
    private readonly bool _isScientific;

    internal RealFormat(double[] values)
    {
        var deciding = Array.FindAll(values, static value => double.IsFinite(value) && value != 0);
        _isWhole = Array.TrueForAll(deciding, static value => value == Math.Ceiling(value));
        _isScientific = deciding.Length > 0 && IsWide(deciding, _isWhole);
        Width = deciding.Select(Digits).Append("1").Max(static text => text.Length);
    }

    internal int Width { get; }

    internal string Write(double value) => Digits(value).PadLeft(Width);

    private static bool IsWide(double[] values, bool isWhole)
    {
        var smallest = values.Min(Math.Abs);
        var largest = values.Max(Math.Abs);
        return largest / smallest > LargestRatio || largest > LargestFixed || (!isWhole && smallest < SmallestFixed);
    }

    private string Digits(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        if (_isScientific)
            return Scientific(value);
        return value.ToString(_isWhole ? "F0" : "F4", CultureInfo.InvariantCulture) + (_isWhole ? "." : "");
    }

    /// <summary>.NET writes three digits of exponent at least, PyTorch two. A custom format would round to fifteen digits first.</summary>
    private static string Scientific(double value)
    {
        var text = value.ToString("e4", CultureInfo.InvariantCulture);
        var exponent = text.IndexOf('e') + 2;
        return text[exponent] == '0' ? text.Remove(exponent, 1) : text;
    }
}
