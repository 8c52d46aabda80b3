using System.Text.Json.Serialization;

namespace Anyformer.Comparison;

/// <summary>An error that models are measured by. It is lower for a better model, and NaN where it is undefined.</summary>
/// <param name="Id">The key of its values in <see cref="SeedResult.Errors"/>, such as <c>validation-mse</c>.</param>
/// <param name="Name">Its name inside a sentence, such as <c>validation MSE</c>.</param>
/// <param name="Explanation">What it measures, on which rows and in which unit, in one sentence.</param>
public sealed record ErrorMetric(string Id, string Name, string Explanation)
{
    /// <summary>
    /// What one less the error is called where people speak of that: <c>test accuracy</c> for a test error rate. Tables show it then, though models are ranked
    /// by the error all the same; null where the error itself is shown.
    /// </summary>
    public string? Accuracy { get; init; }

    /// <summary>The name of what is shown.</summary>
    [JsonIgnore]
    public string ShownName => Accuracy ?? Name;

    /// <summary>What is shown of an error, or of its statistic.</summary>
    public Statistic Shown(Statistic error) => Accuracy is null ? error : error with { Mean = 1 - error.Mean };
}
