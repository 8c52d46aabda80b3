using System.Globalization;
using Anyformer.Comparison;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Images;
using Anyformer.Tasks.Language;
using Anyformer.Tasks.Sequences;
using Anyformer.Tasks.Texts;
using Anyformer.Tasks.Translation;

namespace Anyformer.Cli;

/// <summary>What a finished run came to, measured as its task measures.</summary>
internal sealed record TrainingOutcome
{
    /// <summary>What the model learnt from.</summary>
    public required DataDescription Data { get; init; }

    /// <summary>Trainable parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>The errors that were measured, the one that ranks first.</summary>
    public required IReadOnlyList<ErrorMetric> Metrics { get; init; }

    /// <summary>Their values, by id.</summary>
    public required IReadOnlyDictionary<string, double> Errors { get; init; }

    /// <summary>The share of test values in their prediction intervals; NaN for a task without such.</summary>
    public double IntervalCoverage { get; init; } = double.NaN;

    /// <summary>How fast the model answers; NaN for a model that is no use on its own.</summary>
    public InferenceSpeed Speed { get; init; } = InferenceSpeed.Unknown;

    /// <summary>What throughput counts, in the plural.</summary>
    public string ItemName { get; init; } = "windows";

    /// <summary>So many of these are in each sample of a batch.</summary>
    public int ItemsOfASample { get; init; } = 1;

    /// <summary>Forecasts beside the truth, for pictures.</summary>
    public IReadOnlyList<ForecastSample> Samples { get; init; } = [];

    /// <summary>What a classifier takes for what.</summary>
    public IReadOnlyList<Confusion> Confusions { get; init; } = [];

    /// <summary>The errors in a few words, for the terminal.</summary>
    public required string Headline { get; init; }

    /// <summary>What else the terminal tells.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>Measures a run.</summary>
    public static TrainingOutcome Of(TrainingRun run) => run switch
    {
        ForecastRun forecast => Of(forecast),
        PretrainingRun pretraining => Of(pretraining),
        SequenceRun sequences => Of(sequences),
        LanguageRun language => Of(language),
        TranslationRun translation => Of(translation),
        TextClassificationRun texts => Of(texts),
        ImageRun images => Of(images),
        _ => throw new ArgumentException($"A {run.GetType().Name} has no measure.", nameof(run)),
    };

    private static TrainingOutcome Of(ForecastRun run)
    {
        var evaluation = run.Evaluate();
        var test = evaluation.Test.Overall;
        return new TrainingOutcome
        {
            Data = Descriptions.Of(run.Data),
            Parameters = run.Model.ParameterCount(),
            Metrics = ForecastErrors.All,
            Errors = evaluation.Errors,
            IntervalCoverage = evaluation.TestIntervals.Coverage,
            Speed = run.MeasureSpeed(),
            Samples = run.Samples(evaluation.Intervals),
            Headline = Text($"test MSE {test.MeanSquaredError:0.0000}, MAE {test.MeanAbsoluteError:0.0000}"),
            Remarks =
            [
                Text($"prediction intervals for {100 * evaluation.Intervals.Coverage:0.#} % cover {100 * evaluation.TestIntervals.Coverage:0.0} % of the test values"),
                .. run.Recipe.Published is { Mse: not null, Mae: not null } published ? [Published(published)] : Array.Empty<string>(),
            ],
        };
    }

    private static TrainingOutcome Of(PretrainingRun run)
    {
        var error = run.Evaluate();
        return new TrainingOutcome
        {
            Data = Descriptions.Of(run.Data),
            Parameters = run.Model.ParameterCount(),
            Metrics = [PretrainingRun.Error],
            Errors = new Dictionary<string, double> { [PretrainingRun.Error.Id] = error },
            Headline = Text($"{PretrainingRun.Error.Name} {error:0.0000}"),
            Remarks = [$"a forecasting recipe starts from these weights with --set {ShellText.Quote($"model.weights={run.Folder}")}"],
        };
    }

    private static TrainingOutcome Of(SequenceRun run)
    {
        var errors = run.Evaluate();
        var data = Descriptions.Of(run.Data);
        return new TrainingOutcome
        {
            Data = data,
            Parameters = run.Model.ParameterCount(),
            Metrics = SequenceErrors.All,
            Errors = errors,
            Speed = run.MeasureSpeed(),
            ItemName = "sequences",
            Headline = Text($"test accuracy {100 * (1 - errors[SequenceErrors.TestErrorRate]):0.00} %"),
            Remarks = BesideAccuracy(data, run.Recipe.Published),
        };
    }

    private static TrainingOutcome Of(LanguageRun run)
    {
        var errors = run.Evaluate();
        return new TrainingOutcome
        {
            Data = Descriptions.Of(run.Data),
            Parameters = run.Model.ParameterCount(),
            Metrics = LanguageErrors.All,
            Errors = errors,
            Speed = run.MeasureSpeed(),
            ItemName = "tokens",
            ItemsOfASample = run.Data.Tokens,
            Headline = Text($"validation loss {errors[LanguageErrors.ValidationLoss]:0.0000}{(double.IsNaN(errors[LanguageErrors.BitsPerByte]) ? "" : Text($", {errors[LanguageErrors.BitsPerByte]:0.0000} bits per byte"))}"),
            Remarks = [],
        };
    }

    private static TrainingOutcome Of(TranslationRun run)
    {
        var (errors, bleu) = run.Evaluate();
        return new TrainingOutcome
        {
            Data = Descriptions.Of(run.Data),
            Parameters = run.Model.ParameterCount(),
            Metrics = TranslationErrors.All,
            Errors = errors,
            Speed = run.MeasureSpeed(),
            ItemName = "texts",
            Headline = Text($"test BLEU {bleu.Score:0.00}, validation loss {errors[TranslationErrors.ValidationLoss]:0.0000}"),
            Remarks =
            [
                Text($"precisions {string.Join(" / ", bleu.Precisions.Select(precision => Text($"{precision:0.0}")))}, brevity penalty {bleu.BrevityPenalty:0.000}, {bleu.Words} words for {bleu.ReferenceWords}"),
            ],
        };
    }

    private static TrainingOutcome Of(TextClassificationRun run)
    {
        var (validation, test) = run.Evaluate();
        var (data, scores) = (Descriptions.Of(run.Data), test.Classification);
        var f1 = run.Positive is { } positive ? Text($", F1 of {run.Data.Classes[positive]} {100 * scores.F1(positive):0.00} %") : "";
        return new TrainingOutcome
        {
            Data = data,
            Parameters = run.Model.ParameterCount(),
            Metrics = TextClassificationErrors.Of(run.Data.Classes),
            Errors = TextClassificationErrors.Of(validation, test, run.Positive),
            Speed = run.MeasureSpeed(),
            ItemName = "texts",
            Confusions = [test.ToConfusion(run.ModelId, run.Data.Classes)],
            Headline = Text($"test accuracy {100 * scores.Accuracy:0.00} %, validation accuracy {100 * validation.Classification.Accuracy:0.00} %"),
            Remarks =
            [
                Text($"macro F1 {100 * scores.MacroF1:0.00} %, weighted F1 {100 * scores.WeightedF1:0.00} %{f1}, Matthews correlation {scores.MatthewsCorrelation:0.0000}"),
                .. BesideAccuracy(data, run.Recipe.Published),
            ],
        };
    }

    private static TrainingOutcome Of(ImageRun run)
    {
        var (validation, test) = run.Evaluate();
        Announcements.Broken([.. validation.Broken, .. test.Broken]);
        var data = Descriptions.Of(run.Data);
        return new TrainingOutcome
        {
            Data = data,
            Parameters = run.Model.ParameterCount(),
            Metrics = ImageErrors.All,
            Errors = ImageErrors.Of(validation, test),
            Speed = run.MeasureSpeed(),
            ItemName = "images",
            Confusions = [ImageConfusion.Of(run.ModelId, test, run.Data.Test)],
            Headline = Text($"test accuracy {100 * test.Accuracy:0.00} %, validation accuracy {100 * validation.Accuracy:0.00} %"),
            Remarks = BesideAccuracy(data, run.Recipe.Published),
        };
    }

    private static IReadOnlyList<string> BesideAccuracy(DataDescription data, PublishedFigures? published) =>
    [
        Text($"always saying the most frequent class: {100 * data.MajorityShare:0.00} %"),
        .. published is { Accuracy: { } accuracy, Source: var source }
            ? [Text($"published accuracy {100 * accuracy:0.00} %{(source is null ? "" : $" ({source})")}")]
            : Array.Empty<string>(),
    ];

    private static string Published(PublishedFigures figures) =>
        Text($"published MSE {figures.Mse:0.000}, MAE {figures.Mae:0.000}{(figures.Source is { } source ? $" ({source})" : "")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
