using System.Globalization;
using Anyformer.Data.Texts.Labelled;
using CsvHelper;

namespace Anyformer.Tasks.Texts;

/// <summary>Classified texts as a CSV file: the text, the second of a pair, its likeliest class, and the probability of every class.</summary>
public static class TextClassTable
{
    /// <summary>Classifies texts and writes them down.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="classifier">What classifies.</param>
    /// <param name="texts">The texts.</param>
    /// <exception cref="UserException">A text comes alone where pairs are expected, or the other way round; or it has what the vocabulary lacks.</exception>
    public static void Write(string path, TrainedTextClassifier classifier, IReadOnlyList<LabelledText> texts)
    {
        var (columns, answers) = (classifier.Recipe.Data, classifier.Predict(texts, classifier.Classes.Length));
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, leaveOpen: true);
            using var csv = new CsvWriter(text, CultureInfo.InvariantCulture);
            WriteRow(csv, [columns.Text, .. columns.Pair is { } pair ? [pair] : Array.Empty<string>(), "class", .. classifier.Classes.Select(name => $"probability of {name}")]);
            foreach (var (row, classes) in texts.Zip(answers))
            {
                var shares = classes.ToDictionary(item => item.Class, item => item.Probability);
                WriteRow(csv, [row.Text, .. row.Pair is { } second ? [second] : Array.Empty<string>(), classes[0].Class,
                    .. classifier.Classes.Select(name => shares[name].ToString(CultureInfo.InvariantCulture))]);
            }
        });
    }

    private static void WriteRow(CsvWriter csv, IEnumerable<string> cells)
    {
        foreach (var cell in cells)
            csv.WriteField(cell);
        csv.NextRecord();
    }
}
