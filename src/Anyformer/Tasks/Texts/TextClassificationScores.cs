using System.Collections.Immutable;
using Anyformer.Comparison;
using Anyformer.Comparison.Classification;
using Anyformer.Data.Texts.Labelled;

namespace Anyformer.Tasks.Texts;

/// <summary>How well a classifier tells the classes of texts.</summary>
/// <param name="Classification">Accuracy and others, and what is taken for what.</param>
/// <param name="CrossEntropy">The mean of minus the logarithm of the probability given to the right class.</param>
/// <param name="Mistakes">The wrong answers that were the surest, the worst first.</param>
public sealed record TextClassificationScores(ClassificationScores Classification, double CrossEntropy, ImmutableArray<TextMistake> Mistakes)
{
    private const int LongestName = 200;

    /// <summary>What the classifier takes for what, for a report.</summary>
    /// <param name="model">What it is called.</param>
    /// <param name="classes">The names of the classes.</param>
    public Confusion ToConfusion(string model, ImmutableArray<string> classes) => new()
    {
        Model = model,
        Classes = [.. classes],
        Counts = [.. Enumerable.Range(0, classes.Length).Select(truth =>
            (IReadOnlyList<long>)[.. Enumerable.Range(0, classes.Length).Select(said => Classification.Confusion[truth, said])])],
        Mistakes = [.. Mistakes.Select(mistake => new Mistake(Name(mistake.Text.Source), classes[mistake.Text.Label], classes[mistake.Said], mistake.Probability, null))],
    };

    private static string Name(LabelledText text)
    {
        var name = text.Pair is null ? text.Text : $"{text.Text} / {text.Pair}";
        return name.Length <= LongestName ? name : $"{name[..(char.IsHighSurrogate(name[LongestName - 1]) ? LongestName - 1 : LongestName)]}…";
    }
}

/// <summary>A wrong answer.</summary>
/// <param name="Text">The text.</param>
/// <param name="Said">The class that was said.</param>
/// <param name="Probability">The probability given to that.</param>
public readonly record struct TextMistake(ClassifiedText Text, int Said, double Probability);
