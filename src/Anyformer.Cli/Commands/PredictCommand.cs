using System.CommandLine;
using System.Globalization;
using Anyformer.Cli.Reports;
using Anyformer.Data.TimeSeries;
using Anyformer.Modules;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer predict</c>: continues a table with a trained forecaster, or tells the classes of images or texts with a trained classifier.</summary>
public static class PredictCommand
{
    private static readonly Argument<string[]> s_runs = new("run")
    {
        Description = "the folder of a training run, or several whose forecasts are averaged; after that of a classifier, the images or texts, of pairs two by two",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> s_data = new("--data")
    {
        Description = "the table to continue, a CSV file with the columns that the run was trained on; of a classifier of texts a table (.csv, .tsv, .jsonl) or a text a line (.txt)",
        HelpName = "file",
    };

    private static readonly Option<string?> s_output = new("--output") { Description = "the CSV file to write; a classifier of texts prints when it is left out", HelpName = "file" };

    private static readonly Option<int> s_top = SharedOptions.Count("--top", "classes to tell of each image or text, the likeliest first", 5);

    private static readonly Option<bool> s_json = SharedOptions.Json();

    private static readonly Option<string?> s_picture = new("--picture")
    {
        Description = "also draw the forecast: an HTML file that opens offline",
        HelpName = "file",
    };

    private static readonly Option<FillPolicy?> s_fill = SharedOptions.Fill();

    private static readonly Option<bool> s_newVariates = new("--new-variates")
    {
        Description = "forecast whatever columns the table has, for a model that takes any number of variates",
    };

    private static readonly Option<string> s_device = SharedOptions.Device();

    private static readonly Option<FrozenPrecision> s_precision = SharedOptions.Precision();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("predict", "Continue a table of series with a trained forecaster, or tell the classes of images or texts with a trained classifier.")
        {
            s_runs, s_data, s_output, s_picture, s_fill, s_newVariates, s_top, s_json, s_device, s_precision, s_threads,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var runs = parsed.GetValue(s_runs)!;
        Engine.Start(parsed.GetValue(s_threads));
        switch (RecipeOf(runs[0]))
        {
            case ImageRecipe:
                return runs.Length > 1
                    ? ImagePrediction.Run(runs[0], runs[1..], parsed.GetValue(s_top), parsed.GetValue(s_device)!, parsed.GetValue(s_precision), parsed.GetValue(s_json))
                    : throw new UserException($"The run '{runs[0]}' classifies images: name some after it.");
            case TextClassificationRecipe:
                return TextPrediction.Run(runs[0], runs[1..], parsed.GetValue(s_data), parsed.GetValue(s_output),
                    parsed.GetValue(s_top), parsed.GetValue(s_device)!, parsed.GetValue(s_precision), parsed.GetValue(s_json));
        }

        foreach (var needed in new[] { s_data, s_output })
            if (parsed.GetValue(needed) is null)
                throw new UserException($"The option '{needed.Name}' is missing: a forecast needs --data and --output.");
        Forecast(parsed);
        return 0;
    }

    private static Recipe? RecipeOf(string run) => File.Exists(TrainingRun.RecipePath(run)) ? Recipe.Load(TrainingRun.RecipePath(run)) : null;

    private static void Forecast(ParseResult parsed)
    {
        var forecasts = SeriesForecasts.MeanOf([.. parsed.GetValue(s_runs)!.Select(run => Predict(run, parsed))]);
        ForecastTable.Write(parsed.GetValue(s_output)!, forecasts);
        if (parsed.GetValue(s_picture) is { } picture)
            ForecastPicture.Write(picture, forecasts.Forecasts, parsed.GetValue(s_runs)!, ShellText.Of(parsed));
        if (forecasts.TooShort.Count > 0)
            Terminal.Error.MarkupLineInterpolated($"[yellow]left out, with fewer rows than the lookback: {Names(forecasts.TooShort)}[/]");
        Terminal.Error.WriteLine($"{parsed.GetValue(s_output)}: {Words(forecasts)}");
    }

    private static SeriesForecasts Predict(string run, ParseResult parsed)
    {
        var predictor = ForecastPredictor.Open(run, parsed.GetValue(s_device)!, parsed.GetValue(s_precision));
        var (data, fill) = (parsed.GetValue(s_data)!, parsed.GetValue(s_fill));
        return parsed.GetValue(s_newVariates) ? predictor.PredictUnseen(data, fill) : predictor.PredictAll(data, fill);
    }

    private static string Words(SeriesForecasts forecasts)
    {
        var first = forecasts.Forecasts[0];
        var what = forecasts.IdColumn is null ? $"from {first.Times[0]:s} on" : $"of {forecasts.Forecasts.Count} series";
        return $"{first.Times.Count} steps of {first.Variates.Count} variates {what}{Intervals(first)}";
    }

    private static string Names(IReadOnlyList<string> ids)
    {
        const int most = 10;
        return string.Join(", ", ids.Take(most)) + (ids.Count > most ? $" and {ids.Count - most} more" : "");
    }

    private static string Intervals(Forecast forecast) => forecast.Bounds is { } bounds
        ? string.Create(CultureInfo.InvariantCulture, $", with intervals for {100 * bounds.Coverage:0.#} %")
        : "";
}
