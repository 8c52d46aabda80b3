using Anyformer.Comparison;

namespace Anyformer.Tasks.Sequences;

/// <summary>The errors that classifiers of sequences are measured by.</summary>
public static class SequenceErrors
{
    /// <summary>The id of the share of wrong answers on the test samples.</summary>
    public const string TestErrorRate = "test-error-rate";

    /// <summary>All errors, the one that ranks first.</summary>
    public static IReadOnlyList<ErrorMetric> All { get; } =
    [
        new("validation-error-rate", "validation error rate", "The share of right answers on the validation samples.") { Accuracy = "validation accuracy" },
        new(TestErrorRate, "test error rate", "The share of right answers on the test samples.") { Accuracy = "test accuracy" },
        new("test-cross-entropy", "test cross-entropy", "The mean of minus the logarithm of the probability given to the right class, on the test samples."),
    ];

    /// <summary>The error that ranks.</summary>
    public static ErrorMetric Ranking => All[0];

    /// <summary>The values of all errors, by id.</summary>
    public static IReadOnlyDictionary<string, double> Of(SequenceScores validation, SequenceScores test) => new Dictionary<string, double>
    {
        [Ranking.Id] = 1 - validation.Accuracy,
        [TestErrorRate] = 1 - test.Accuracy,
        [All[2].Id] = test.CrossEntropy,
    };
}

/// <summary>How well a classifier answers.</summary>
/// <param name="Accuracy">The share of right answers.</param>
/// <param name="CrossEntropy">The mean of minus the logarithm of the probability given to the right class.</param>
public readonly record struct SequenceScores(double Accuracy, double CrossEntropy);
