using System.Globalization;
using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Recipes.Options;
using Anyformer.Tasks.Forecasting;
using Anyformer.Training.Schedules;

namespace Anyformer.Tests.Tasks.Forecasting;

/// <summary>A small table of waves with noise, hour by hour, and a recipe for it.</summary>
internal static class WaveTable
{
    public const int Rows = 400;

    public static DataStore Store { get; } = new([], Path.Combine(Path.GetTempPath(), "anyformer-none"));

    /// <summary>Writes the columns <c>a</c>, <c>b</c>, <c>c</c>, or others, scaled and offset each in its own way.</summary>
    public static string Write(TemporaryFolder folder, string name = "waves.csv", int rows = Rows, params string[] columns)
    {
        if (columns.Length == 0)
            columns = ["a", "b", "c"];
        var random = new Random(3);
        var start = new DateTime(2024, 1, 1);
        double Value(int row, int column) =>
            10 * column + (column + 1) * Math.Sin(2 * Math.PI * (row + 3 * column) / 24) + 0.1 * random.NextDouble();
        var lines =
            from row in Enumerable.Range(0, rows)
            let values = columns.Select((_, column) => Value(row, column).ToString("R", CultureInfo.InvariantCulture))
            select $"{start.AddHours(row):yyyy-MM-dd HH:mm:ss},{string.Join(',', values)}";
        File.WriteAllLines(folder[name], lines.Prepend("date," + string.Join(',', columns)));
        return folder[name];
    }

    public static ForecastDataSection Section(string path) => new() { Source = path, Lookback = 24, Horizon = 6, LabelLength = 8 };

    public static ForecastData Load(string path, Func<ForecastDataSection, ForecastDataSection>? change = null) =>
        ForecastData.Load(change is null ? Section(path) : change(Section(path)), Store);

    /// <summary>The only series as read.</summary>
    public static TimeSeries SeriesInMemory(this ForecastData data) => (TimeSeries)data.Table.Series.Single();

    /// <summary>The standardised values of the only series.</summary>
    public static float[] Values(this ForecastData data)
    {
        var values = new float[data.RowCount * data.Variates.Length];
        data.Series.Single().CopyValues(0, values);
        return values;
    }

    /// <summary>The features of the steps of the only series.</summary>
    public static float[] Marks(this ForecastData data)
    {
        var marks = new float[data.RowCount * data.Features.Count];
        data.Series.Single().CopyMarks(0, marks);
        return marks;
    }

    public static TrainingSection Training { get; } = new()
    {
        LearningRate = 5e-3,
        Epochs = 1,
        Schedule = new ConstantSchedule(),
        Seed = 1,
    };

    public static ForecastRecipe Recipe(string path, string id, object? options = null) => new()
    {
        Model = new ModelSection { Id = id, Options = OptionBinder.Write(options ?? Small(id)) },
        Data = Section(path),
        Training = Training,
    };

    /// <summary>Options that make the model small.</summary>
    public static object Small(string id) => id switch
    {
        "crossformer" => new CrossformerOptions { Routers = 2, Width = 8, Heads = 2, Layers = 1, FeedForwardWidth = 8 },
        "itransformer" => new ITransformerOptions { Width = 8, Heads = 2, Layers = 1, FeedForwardWidth = 8 },
        "ts-transformer" => new TimeSeriesTransformerOptions { Width = 8, Heads = 2, EncoderLayers = 1, FeedForwardWidth = 8 },
        "dlinear" => new DLinearOptions(),
        _ => new SeasonalNaiveOptions(),
    };
}
