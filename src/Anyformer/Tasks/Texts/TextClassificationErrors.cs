using System.Collections.Immutable;
using Anyformer.Comparison;

namespace Anyformer.Tasks.Texts;

/// <summary>The errors that classifiers of texts are measured by.</summary>
public static class TextClassificationErrors
{
    /// <summary>The id of the share of wrong answers on the test texts.</summary>
    public const string TestErrorRate = "test-error-rate";

    private static readonly ErrorMetric s_positive = new("test-f1-error", "test F1 error", "The harmonic mean of precision and recall of the positive class on the test texts.") { Accuracy = "test F1" };

    private static readonly ErrorMetric[] s_all =
    [
        new("validation-error-rate", "validation error rate", "The share of right answers on the validation texts.") { Accuracy = "validation accuracy" },
        new(TestErrorRate, "test error rate", "The share of right answers on the test texts.") { Accuracy = "test accuracy" },
        new("test-macro-f1-error", "test macro F1 error", "The mean over classes of the harmonic mean of precision and recall, on the test texts.") { Accuracy = "test macro F1" },
        new("test-weighted-f1-error", "test weighted F1 error", "The same mean, each class weighted by how many test texts there are of it.") { Accuracy = "test weighted F1" },
        new("test-matthews-error", "test Matthews error", "The correlation of classes and answers on the test texts, from -1 to 1 (Matthews; of several classes Gorodkin 2004).") { Accuracy = "test Matthews correlation" },
        new("test-cross-entropy", "test cross-entropy", "The mean of minus the logarithm of the probability given to the right class, on the test texts."),
    ];

    /// <summary>All errors of a task, the one that ranks first; that of the positive class only of two.</summary>
    public static IReadOnlyList<ErrorMetric> Of(ImmutableArray<string> classes) => classes.Length == 2 ? [.. s_all, s_positive] : s_all;

    /// <summary>The values of all errors, by id.</summary>
    /// <param name="validation">How well the validation texts are told.</param>
    /// <param name="test">How well the test texts are told.</param>
    /// <param name="positive">The class that <c>test-f1-error</c> is of; null when there are more than two.</param>
    public static IReadOnlyDictionary<string, double> Of(TextClassificationScores validation, TextClassificationScores test, int? positive)
    {
        var (scores, errors) = (test.Classification, new Dictionary<string, double>());
        errors[s_all[0].Id] = 1 - validation.Classification.Accuracy;
        errors[TestErrorRate] = 1 - scores.Accuracy;
        errors[s_all[2].Id] = 1 - scores.MacroF1;
        errors[s_all[3].Id] = 1 - scores.WeightedF1;
        errors[s_all[4].Id] = 1 - scores.MatthewsCorrelation;
        errors[s_all[5].Id] = test.CrossEntropy;
        if (positive is { } index)
            errors[s_positive.Id] = 1 - scores.F1(index);
        return errors;
    }
}
