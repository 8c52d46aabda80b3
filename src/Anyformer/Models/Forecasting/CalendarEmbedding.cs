using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>How a model reads calendar marks.</summary>
public enum CalendarKind
{
    /// <summary>Marks in [-0.5, 0.5] through a linear map.</summary>
    Continuous,
    /// <summary>Integer marks through tables of sinusoids.</summary>
    Fixed,
    /// <summary>Integer marks through trained tables.</summary>
    Learned,
}

/// <summary>
/// The sum of one table look-up for each integer mark, in the order month, day, weekday, hour and, with five marks, quarter of an hour:
/// (batch, steps, marks) of integers to (batch, steps, width).
/// </summary>
public sealed class CalendarEmbedding : TensorModule
{
    private static readonly int[] s_entries = [13, 32, 7, 24, 4];

    /// <summary>Tables for the first <paramref name="marks"/> marks, made by <paramref name="table"/> of the number of entries.</summary>
    public CalendarEmbedding(int marks, Func<int, TensorModule> table)
    {
        if (marks is < 4 or > 5)
            throw new UserException($"Integer calendar marks are month, day, weekday, hour and perhaps quarter: 4 or 5, found {marks}.");
        Month = table(s_entries[0]);
        Day = table(s_entries[1]);
        Weekday = table(s_entries[2]);
        Hour = table(s_entries[3]);
        Minute = marks > 4 ? table(s_entries[4]) : null;
    }

    /// <summary>
    /// The calendar of a kind for a shape's marks: (batch, steps, marks) to (batch, steps, width); null for a continuous one without marks.
    /// </summary>
    /// <param name="shape">Says how many marks there are, and of which sort.</param>
    /// <param name="kind">How they are read.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="bias">Whether the linear map of continuous marks has a bias.</param>
    /// <exception cref="UserException">The kind does not read marks of that sort or number.</exception>
    public static TensorModule? For(ForecastShape shape, CalendarKind kind, int width, bool bias = false)
    {
        if (shape.Marks > 0 && shape.IntegerMarks == (kind == CalendarKind.Continuous))
            throw new UserException(
                $"The calendar '{kind.ToString().ToLowerInvariant()}' does not read {(shape.IntegerMarks ? "integer" : "fractional")} marks.");
        return kind switch
        {
            CalendarKind.Fixed => new CalendarEmbedding(shape.Marks, entries => new FixedEmbedding(entries, width)),
            CalendarKind.Learned => new CalendarEmbedding(shape.Marks, entries => new Embedding(entries, width)),
            _ => shape.Marks == 0 ? null : new Linear(shape.Marks, width, bias),
        };
    }

    private TensorModule Month { get; }

    private TensorModule Day { get; }

    private TensorModule Weekday { get; }

    private TensorModule Hour { get; }

    private TensorModule? Minute { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var marks = input.To(DType.Int64);
        var sum = Month.Call(marks[.., .., 0]) + Day.Call(marks[.., .., 1]) + Weekday.Call(marks[.., .., 2]) + Hour.Call(marks[.., .., 3]);
        return Minute is null ? sum : sum + Minute.Call(marks[.., .., 4]);
    }
}

/// <summary>A table of sinusoids that is not trained: (...) of integers to (..., width).</summary>
public sealed class FixedEmbedding(int entries, int width) : TensorModule
{
    [Buffer]
    private Tensor Weight { get; } = Sinusoids.Interleaved(entries, width).OutliveScopes();

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.Embedding(Weight, input);
}
