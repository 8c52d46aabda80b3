using System.ComponentModel;

namespace Anyformer.Recipes;

/// <summary>What a paper reports for a recipe, to be put beside what is measured.</summary>
public sealed record PublishedFigures
{
    /// <summary>The mean squared error of the test windows.</summary>
    [Description("published mean squared error")]
    public double? Mse { get; init; }

    /// <summary>The mean absolute error of the test windows.</summary>
    [Description("published mean absolute error")]
    public double? Mae { get; init; }

    /// <summary>The share of right answers on the test samples.</summary>
    [Description("published share of right answers")]
    public double? Accuracy { get; init; }

    /// <summary>Where the figures were read: the paper and its table.</summary>
    [Description("paper and table that the figures are from")]
    public string? Source { get; init; }
}
