using Anyformer.Comparison;

namespace Anyformer.Cli.Reports;

/// <summary>A column of figures, the same on the terminal and in reports.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Unit">The unit below the heading; empty where the figure shows its own.</param>
/// <param name="Explanation">What it measures, in one sentence.</param>
/// <param name="Figure">The figure of a model.</param>
/// <param name="Format">How the figure is written.</param>
internal sealed record ResultColumn(
    string Title, string Unit, string Explanation, Func<ModelSummary, Statistic> Figure, Func<Statistic, string> Format)
{
    /// <summary>1 when the lowest figure is the best, -1 when the highest is, 0 when neither is.</summary>
    public int Sense { get; init; } = 1;

    /// <summary>How much the column is missed on a narrow terminal: those with the lowest weight go first.</summary>
    public required int Weight { get; init; }

    /// <summary>The best mean among <paramref name="models"/>; NaN when none is defined or there is nothing to compare.</summary>
    public double Best(IReadOnlyCollection<ModelSummary> models)
    {
        var means = models.Select(model => Figure(model).Mean).Where(double.IsFinite).ToArray();
        return means.Length < 2 || Sense == 0 ? double.NaN : Sense * means.Min(mean => Sense * mean);
    }

    /// <summary>
    /// The columns of a comparison: the ranking error, the first error on held-out rows, how many held-out values the prediction intervals cover,
    /// then what the model costs.
    /// </summary>
    public static IReadOnlyList<ResultColumn> Overview(IReadOnlyCollection<ModelSummary> models, Experiment experiment) =>
        [.. Errors(experiment).Take(2), .. Intervals(models), .. Costs(experiment)];

    /// <summary>How far prediction intervals can be trusted; nothing where no model has such.</summary>
    public static IEnumerable<ResultColumn> Intervals(IReadOnlyCollection<ModelSummary> models) =>
        models.All(model => double.IsNaN(model.IntervalCoverage.Mean)) ? [] :
        [
            new("Intervals", "cover", "The share of the test values that lie in their prediction intervals; it should be the one that was asked for.",
                model => model.IntervalCoverage, Mean(Figures.Share)) { Weight = 4, Sense = 0 },
        ];

    /// <summary>A column for each error, or for the accuracy that people speak of instead; the last word of its name goes below.</summary>
    public static IEnumerable<ResultColumn> Errors(Experiment experiment) => experiment.Metrics.Select((metric, index) =>
    {
        var cut = metric.ShownName.LastIndexOf(' ');
        var title = Capitalised(cut < 0 ? metric.ShownName : metric.ShownName[..cut]);
        return new ResultColumn(title, metric.ShownName[(cut + 1)..], metric.Explanation,
            model => metric.Shown(model.Errors[index]), error => Figures.ErrorWithSpread(metric, error))
        {
            Weight = index < 2 ? int.MaxValue : 0,
            Sense = metric.Accuracy is null ? 1 : -1,
        };
    });

    /// <summary>What a model costs: parameters, training, inference, memory.</summary>
    public static IEnumerable<ResultColumn> Costs(Experiment experiment) =>
    [
        new("Parameters", "", "Trainable parameters.",
            model => new(model.Parameters ?? double.NaN, double.NaN, 1), Mean(Figures.Count)) { Weight = 5 },
        new("Training", "time", "Time spent training with one seed.",
            model => model.TrainingSeconds, Mean(Figures.Duration)) { Weight = 4 },
        TrainingRate(experiment),
        new("Latency", "ms", "Inference latency: the median time of one prediction alone (batch 1), in milliseconds.",
            model => model.LatencyMilliseconds, Mean(Figures.Measure)) { Weight = 6 },
        new("Inference", $"{experiment.ItemName}/s", $"Inference throughput: {experiment.ItemName} answered in a second, in full batches.",
            model => model.InferenceThroughput, Mean(Figures.Count)) { Weight = 2, Sense = -1 },
        new("Peak", "memory", "The most memory that the process held during the training: the system's high-water mark, reset before each model.",
            model => model.PeakMemoryBytes, Mean(Figures.Bytes)) { Weight = 3 },
    ];

    /// <summary>The papers on long sequences count steps, others what a step is made of.</summary>
    private static ResultColumn TrainingRate(Experiment experiment) => experiment.Data.Tokens is not null
        ? new("Training", "steps/s", "Optimiser steps taken in a second.",
            model => model.StepsPerSecond, Mean(Figures.Measure))
        { Weight = 5, Sense = -1 }
        : new("Training", $"{experiment.ItemName}/s", $"Training throughput: {experiment.ItemName} trained on in a second.",
            model => model.TrainingThroughput, Mean(Figures.Count))
        { Weight = 1, Sense = -1 };

    /// <summary><paramref name="text"/> with its first letter in upper case, as a heading needs it.</summary>
    public static string Capitalised(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static Func<Statistic, string> Mean(Func<double, string> format) => statistic => format(statistic.Mean);
}
