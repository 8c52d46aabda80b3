using System.Globalization;
using System.Text.Json;
using Anyformer.Data.Texts.Labelled;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tasks.Texts;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer predict</c> with a classifier of texts: the likeliest classes of each text, or of each pair.</summary>
internal static class TextPrediction
{
    private const string PlainText = ".txt";

    /// <summary>Prints a line for each text, or writes a table. The exit code.</summary>
    /// <param name="run">The folder of the run.</param>
    /// <param name="given">Texts, of a run for pairs two by two; empty to read them elsewhere.</param>
    /// <param name="data">A table of texts, or a file with a text a line; null for standard input.</param>
    /// <param name="output">The CSV file to write; null to print.</param>
    /// <param name="count">How many classes of each are printed.</param>
    /// <param name="device">Where the model runs.</param>
    /// <param name="precision">What its products are computed in.</param>
    /// <param name="json">Whether lines are JSON objects.</param>
    public static int Run(string run, string[] given, string? data, string? output, int count, string device, FrozenPrecision precision, bool json)
    {
        if (given.Length > 0 && data is not null)
            throw new UserException("Texts are given twice: name them, or give --data a file with them.");
        var classifier = TrainedTextClassifier.Open(run, Devices.Parse(device), precision);
        var texts = given.Length > 0 ? Named(given, classifier.TakesPairs) : data is null ? Lines(StandardInput.Lines("texts"), classifier.TakesPairs) : Read(data, classifier);
        if (output is not null)
            TextClassTable.Write(output, classifier, texts);
        else
            foreach (var (text, classes) in texts.Zip(classifier.Predict(texts, count)))
                Console.Out.WriteLine(json ? Json(text, classes) : Line(text, classes));
        return 0;
    }

    private static LabelledText[] Named(string[] given, bool arePairs)
    {
        if (!arePairs)
            return [.. given.Select(text => new LabelledText(text))];
        return given.Length % 2 == 0 ? [.. given.Chunk(2).Select(pair => new LabelledText(pair[0], pair[1]))]
            : throw new UserException($"The run classifies pairs of texts: name them two by two, found {given.Length}.");
    }

    private static LabelledText[] Lines(IEnumerable<string> lines, bool arePairs) => [.. lines.Select(line => !arePairs ? new LabelledText(line)
        : line.Split('\t') is [var first, var second] ? new LabelledText(first, second)
        : throw new UserException($"The run classifies pairs of texts: each line holds two with a tab between them, found '{line}'."))];

    private static IReadOnlyList<LabelledText> Read(string path, TrainedTextClassifier classifier)
    {
        if (!path.EndsWith(PlainText, StringComparison.OrdinalIgnoreCase))
            return classifier.Recipe.Data.ReadUnlabelled(path);
        return File.Exists(path) ? Lines(File.ReadLines(path), classifier.TakesPairs) : throw new UserException($"There is no file '{path}' of texts.");
    }

    private static string Json(LabelledText text, IReadOnlyList<(string Class, double Probability)> classes)
    {
        var told = classes.Select(item => new { name = item.Class, probability = item.Probability });
        return text.Pair is null ? JsonSerializer.Serialize(new { text = text.Text, classes = told }) : JsonSerializer.Serialize(new { text = text.Text, pair = text.Pair, classes = told });
    }

    private static string Line(LabelledText text, IReadOnlyList<(string Class, double Probability)> classes)
    {
        var name = (text.Pair is null ? text.Text : $"{text.Text} / {text.Pair}").ReplaceLineEndings(" ");
        return $"{name}: {string.Join(", ", classes.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Class} {100 * item.Probability:0.0} %")))}";
    }
}
