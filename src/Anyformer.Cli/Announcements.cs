using Anyformer.Data.Images.Sets;
using Anyformer.Data.Sequences;
using Anyformer.Data.Texts;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Data.TimeSeries;
using Anyformer.Tasks;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Images;
using Anyformer.Tasks.Language;
using Anyformer.Tasks.Sequences;
using Anyformer.Tasks.Texts;
using Anyformer.Tasks.Translation;
using Spectre.Console;

namespace Anyformer.Cli;

/// <summary>What a command tells before its work begins, on standard error.</summary>
public static class Announcements
{
    /// <summary>What a run is going to learn from.</summary>
    public static void Run(TrainingRun run)
    {
        if (run is ForecastRun forecast)
            Data(forecast.Data);
        if (run is PretrainingRun pretraining)
            Data(pretraining.Data);
        if (run is SequenceRun sequences)
            Data(sequences.Data);
        if (run is ImageRun images)
            Data(images.Data);
        if (run is LanguageRun language)
            Data(language.Data);
        if (run is TranslationRun translation)
            Data(translation.Data);
        if (run is TextClassificationRun texts)
            Data(texts.Data);
    }

    /// <summary>The texts to be classified.</summary>
    public static void Data(TextClassificationData data) => Terminal.Error.MarkupLineInterpolated(
        $"{data.Source}: {data.Train.Count} / {data.Validation.Count} / {data.Test.Count} {(data.HasPairs ? "pairs of texts" : "texts")} to train, validate, test, {data.Classes.Length} classes, {data.Tokenizer.Count} tokens");

    /// <summary>The texts to be translated.</summary>
    public static void Data(TranslationData data) => Terminal.Error.MarkupLineInterpolated(
        $"{data.Source}: {data.Train.Count} / {data.Validation.Count} / {data.Test.Count} texts to train, validate, test, {data.From.Count} and {data.To.Count} tokens{Longer(data)}");

    /// <summary>The sequences to be classified.</summary>
    public static void Data(SequenceData data) => Terminal.Error.MarkupLineInterpolated(
        $"{data.Source}: {data.Train.Count} / {data.Validation.Count} / {data.Test.Count} to train, validate, test, {data.Tokens} tokens, {data.Classes} classes");

    /// <summary>The images to be classified.</summary>
    public static void Data(ImageData data) => Terminal.Error.MarkupLineInterpolated(
        $"{data.Source}: {data.Train.Count} / {data.Validation.Count} / {data.Test.Count} images to train, validate, test, {data.Classes.Length} classes");

    /// <summary>The images that were left out because they cannot be decoded.</summary>
    public static void Broken(IReadOnlyList<string> messages)
    {
        const int most = 10;
        if (messages.Count > 0)
            Terminal.Error.MarkupLineInterpolated($"[yellow]{messages.Count} images cannot be decoded and were left out:[/]");
        foreach (var message in messages.Take(most))
            Terminal.Error.MarkupLineInterpolated($"[yellow]  {message}[/]");
    }

    /// <summary>The text to be learnt.</summary>
    public static void Data(TextData data) => Terminal.Error.MarkupLineInterpolated(
        $"{data.Source}: {data.Train.Length} / {data.Validation.Length} tokens to train, validate, {data.Tokenizer.Count} different ones, {data.Tokens} at once");

    /// <summary>What was read, and what was found wrong with it or repaired.</summary>
    public static void Data(ForecastData data)
    {
        var many = data.Section.IdColumn is null ? "" : $"{data.Series.Length} series, ";
        var spacing = data.Table.Step is { } step ? $"a row every {step}" : "rows at irregular steps";
        Terminal.Error.MarkupLineInterpolated(
            $"{data.Path}: {many}{data.RowCount} rows x {data.Variates.Length} variates, {spacing}{Known(data)}{Streamed(data)}");
        Terminal.Error.MarkupLineInterpolated($"{data.Train.Count} / {data.Validation.Count} / {data.Test.Count} windows to train, validate, test");
        TooShort(data);
        Problems("left as it is", data.Table.Warnings);
        Problems(data.Section.Fill == FillPolicy.Mask ? "repaired or masked" : "repaired", data.Table.Repairs);
    }

    private static string Longer(TranslationData data) => data.LeftOut == 0 ? "" : $", {data.LeftOut} of more than {data.Tokens} tokens left out";

    private static string Known(ForecastData data) =>
        data.Table.Series[0].KnownNames is { IsEmpty: false } names ? $", known ahead: {string.Join(", ", names)}" : "";

    private static string Streamed(ForecastData data) => data.Table.Series[0] is TimeSeries ? "" : ", kept in a file";

    private static void TooShort(ForecastData data)
    {
        var (all, train, validation, test) = (data.Series.Length, data.Train.Parts.Length, data.Validation.Parts.Length, data.Test.Parts.Length);
        if (Math.Min(train, Math.Min(validation, test)) < all)
            Terminal.Error.MarkupLineInterpolated(
                $"[yellow]{all - train} / {all - validation} / {all - test} of the {all} series are too short for a window to train, validate, test[/]");
    }

    /// <summary>Promises what Ctrl-C does, the moment it is pressed: a step may take a while.</summary>
    public static CancellationTokenRegistration OnInterrupt(CancellationToken cancellation) =>
        cancellation.Register(() => Terminal.Error.MarkupLine("[yellow]Stopping after the current step.[/]"));

    private static void Problems(string verdict, DataReport problems)
    {
        if (problems.Total > 0)
            Terminal.Error.MarkupLineInterpolated($"[yellow]{verdict}: {problems.Summary}, first {problems.Problems[0].ToString()}[/]");
    }
}
