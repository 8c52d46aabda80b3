using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// How a series is cut, in time order, into train, validation and test rows. As text: <c>ett-hour</c>, <c>ett-minute</c>, three shares such as
/// <c>0.7/0.1/0.2</c>, three numbers of rows from the start such as <c>8640/2880/2880</c>, or numbers of the last rows such as <c>rest/24/24</c>.
/// Where a table has several series, each is cut so.
/// </summary>
[Description("ett-hour, ett-minute, three shares whose sum is 1 such as 0.7/0.1/0.2, three numbers of rows such as 8640/2880/2880, or rest/24/24")]
public abstract record SplitRule : IParsable<SplitRule>
{
    /// <summary>The ETTh1 and ETTh2 split of the papers: 12, 4 and 4 months of 30 days of hours; later rows are not used.</summary>
    public static SplitRule EttHour { get; } = new FixedSplit(12 * 30 * 24, 4 * 30 * 24, 4 * 30 * 24);

    /// <summary>
    /// The ETTm1 and ETTm2 split of the papers: 12, 4 and 4 months of 30 days of quarters of an hour; later rows are not used.
    /// </summary>
    public static SplitRule EttMinute { get; } = new FixedSplit(12 * 30 * 24 * 4, 4 * 30 * 24 * 4, 4 * 30 * 24 * 4);

    /// <summary>The papers' split of all other sets: 70 % train, 10 % validation, 20 % test.</summary>
    public static SplitRule Default { get; } = new RatioSplit(0.7, 0.1, 0.2);

    private protected SplitRule() { }

    /// <summary>Rows of each part in a series of <paramref name="rows"/> rows; a short series may have none of a part.</summary>
    public abstract (int Train, int Validation, int Test) Sizes(int rows);

    /// <summary>The borders of a series of <paramref name="rows"/> rows for windows of the given shape.</summary>
    /// <exception cref="UserException">A part is too short for one window.</exception>
    public SplitBorders Borders(int rows, WindowShape shape)
    {
        Require(rows);
        var (train, validation, test) = Sizes(rows);
        if (train < shape.Length)
            throw new UserException(FormattableString.Invariant(
                $"The train part has {train} rows, expected at least {shape.Length} for look-back {shape.LookBack} and horizon {shape.Horizon}."));
        foreach (var (part, size) in new[] { ("validation", validation), ("test", test) })
            if (size < shape.Horizon)
                throw new UserException(FormattableString.Invariant(
                    $"The {part} part has {size} rows, expected at least {shape.Horizon} for horizon {shape.Horizon}."));
        return PossibleBorders(rows, shape);
    }

    /// <summary>The same for a series that may be too short: a part without a window is an empty range.</summary>
    public SplitBorders PossibleBorders(int rows, WindowShape shape)
    {
        var (train, validation, test) = Sizes(rows);
        var testStart = TestStart(rows, train, validation, test);
        return new SplitBorders(Part(0, train, 0), Part(train, validation, shape.LookBack), Part(testStart, test, shape.LookBack));

        RowRange Part(int start, int size, int before) =>
            new RowRange(Math.Max(0, start - before), start + size) is var range && range.Count >= shape.Length ? range : default;
    }

    /// <summary>The rule that a text stands for.</summary>
    /// <exception cref="FormatException">The text is no rule.</exception>
    public static SplitRule Parse(string text, IFormatProvider? provider = null) =>
        TryParse(text, provider, out var rule) ? rule : throw new FormatException($"'{text}' is no split of a series");

    /// <summary>The rule that a text stands for; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, [MaybeNullWhen(false)] out SplitRule rule)
    {
        rule = text switch
        {
            "ett-hour" => EttHour,
            "ett-minute" => EttMinute,
            _ => Parts(text),
        };
        return rule is not null;
    }

    private static SplitRule? Parts(string? text)
    {
        var parts = text?.Split('/') ?? [];
        if (parts.Length != 3)
            return null;
        var rows = Array.ConvertAll(parts, part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0);
        if (rows[1] > 0 && rows[2] > 0 && (rows[0] > 0 || parts[0] == TailSplit.Rest))
            return rows[0] > 0 ? new FixedSplit(rows[0], rows[1], rows[2]) : new TailSplit(rows[1], rows[2]);
        var shares = Array.ConvertAll(parts, part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) ? share : double.NaN);
        return RatioSplit.AreShares(shares[0], shares[1], shares[2]) ? new RatioSplit(shares[0], shares[1], shares[2]) : null;
    }

    private protected virtual void Require(int rows) { }

    private protected abstract int TestStart(int rows, int train, int validation, int test);
}

/// <summary>Parts of a fixed number of rows from the start of the series; what follows is not used.</summary>
/// <param name="Train">Train rows.</param>
/// <param name="Validation">Validation rows.</param>
/// <param name="Test">Test rows.</param>
public sealed record FixedSplit(int Train, int Validation, int Test) : SplitRule
{
    /// <inheritdoc/>
    public override (int Train, int Validation, int Test) Sizes(int rows)
    {
        var train = Math.Min(Train, rows);
        var validation = Math.Min(Validation, rows - train);
        return (train, validation, Math.Min(Test, rows - train - validation));
    }

    private protected override void Require(int rows)
    {
        if (rows < Train + Validation + Test)
            throw new UserException(FormattableString.Invariant(
                $"The series has {rows} rows, expected at least {Train + Validation + Test} for the split {this}."));
    }

    private protected override int TestStart(int rows, int train, int validation, int test) => train + validation;

    /// <summary>The rows of the parts, such as <c>8640/2880/2880</c>, or the name of the rule.</summary>
    public override string ToString() => this == EttHour ? "ett-hour" : this == EttMinute ? "ett-minute"
        : FormattableString.Invariant($"{Train}/{Validation}/{Test}");
}

/// <summary>The last rows are to test, those before to validate, and the rest to train.</summary>
/// <param name="Validation">Validation rows.</param>
/// <param name="Test">Test rows.</param>
public sealed record TailSplit(int Validation, int Test) : SplitRule
{
    internal const string Rest = "rest";

    /// <inheritdoc/>
    public override (int Train, int Validation, int Test) Sizes(int rows)
    {
        var test = Math.Min(Test, rows);
        var validation = Math.Min(Validation, rows - test);
        return (rows - test - validation, validation, test);
    }

    private protected override int TestStart(int rows, int train, int validation, int test) => rows - test;

    /// <summary>The rows of the parts, such as <c>rest/24/24</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Rest}/{Validation}/{Test}");
}

/// <summary>Parts by their share of the rows: train and test are rounded down, validation is the rest.</summary>
public sealed record RatioSplit : SplitRule
{
    private const double SumTolerance = 1e-9;

    /// <summary>Three shares above zero that sum to one.</summary>
    /// <exception cref="UserException">A share is not above zero, or their sum is not one.</exception>
    public RatioSplit(double train, double validation, double test)
    {
        (Train, Validation, Test) = (train, validation, test);
        if (!AreShares(train, validation, test))
            throw new UserException($"The split {this} is not possible, expected three shares above 0 that sum to 1.");
    }

    /// <summary>Share of the train rows.</summary>
    public double Train { get; }

    /// <summary>Share of the validation rows.</summary>
    public double Validation { get; }

    /// <summary>Share of the test rows.</summary>
    public double Test { get; }

    /// <inheritdoc/>
    public override (int Train, int Validation, int Test) Sizes(int rows)
    {
        var (train, test) = ((int)(rows * Train), (int)(rows * Test));
        return (train, rows - train - test, test);
    }

    internal static bool AreShares(double train, double validation, double test) =>
        train > 0 && validation > 0 && test > 0 && Math.Abs(train + validation + test - 1) <= SumTolerance;

    private protected override int TestStart(int rows, int train, int validation, int test) => rows - test;

    /// <summary>The shares, such as <c>0.7/0.1/0.2</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Train}/{Validation}/{Test}");
}
