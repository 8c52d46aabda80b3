using System.Collections.Immutable;
using Anyformer.Comparison;

namespace Anyformer.Tasks.Images;

/// <summary>How well a classifier tells the classes of a set of images.</summary>
/// <param name="Accuracy">The share of right answers.</param>
/// <param name="TopFive">The share of images whose class is among the five that get the highest scores.</param>
/// <param name="CrossEntropy">The mean of minus the logarithm of the probability given to the right class.</param>
/// <param name="Confusion">How many images of a class (row) were said to be of another (column).</param>
/// <param name="Mistakes">The wrong answers that were the surest, the worst first.</param>
/// <param name="Broken">A sentence on each image that could not be decoded and was left out.</param>
public sealed record ImageScores(
    double Accuracy, double TopFive, double CrossEntropy, long[,] Confusion, ImmutableArray<ImageMistake> Mistakes, IReadOnlyList<string> Broken);

/// <summary>A wrong answer.</summary>
/// <param name="Index">The number of the image in its set.</param>
/// <param name="Truth">Its class.</param>
/// <param name="Said">The class that was said.</param>
/// <param name="Probability">The probability given to that.</param>
public readonly record struct ImageMistake(int Index, int Truth, int Said, double Probability);

/// <summary>The errors that classifiers of images are measured by.</summary>
public static class ImageErrors
{
    /// <summary>The id of the share of wrong answers on the test images.</summary>
    public const string TestErrorRate = "test-error-rate";

    /// <summary>All errors, the one that ranks first.</summary>
    public static IReadOnlyList<ErrorMetric> All { get; } =
    [
        new("validation-error-rate", "validation error rate", "The share of right answers on the validation images.") { Accuracy = "validation accuracy" },
        new(TestErrorRate, "test error rate", "The share of right answers on the test images.") { Accuracy = "test accuracy" },
        new("test-top-5-error-rate", "test top-5 error rate", "The share of test images whose class is among the five with the highest scores.") { Accuracy = "test top-5 accuracy" },
        new("test-cross-entropy", "test cross-entropy", "The mean of minus the logarithm of the probability given to the right class, on the test images."),
    ];

    /// <summary>The error that ranks.</summary>
    public static ErrorMetric Ranking => All[0];

    /// <summary>The values of all errors, by id.</summary>
    public static IReadOnlyDictionary<string, double> Of(ImageScores validation, ImageScores test) => new Dictionary<string, double>
    {
        [Ranking.Id] = 1 - validation.Accuracy,
        [TestErrorRate] = 1 - test.Accuracy,
        [All[2].Id] = 1 - test.TopFive,
        [All[3].Id] = test.CrossEntropy,
    };
}
