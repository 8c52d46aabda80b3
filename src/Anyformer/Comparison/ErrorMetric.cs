namespace Anyformer.Comparison;

/// <summary>An error that models are measured by. It is lower for a better model, and NaN where it is undefined.</summary>
/// <param name="Id">The key of its values in <see cref="SeedResult.Errors"/>, such as <c>validation-mse</c>.</param>
/// <param name="Name">Its name inside a sentence, such as <c>validation MSE</c>.</param>
/// <param name="Explanation">What it measures, on which rows and in which unit, in one sentence.</param>
public sealed record ErrorMetric(string Id, string Name, string Explanation);
