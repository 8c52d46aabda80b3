using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Recipes;

/// <summary>How a trained model is evaluated.</summary>
public sealed record EvaluationSection
{
    /// <summary>Samples of a batch.</summary>
    [Description("samples of a batch")]
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 32;

    /// <summary>The share of values that prediction intervals are made to cover.</summary>
    [Description("share of values that prediction intervals are made to cover")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Coverage { get; init; } = 0.9;

    /// <summary>
    /// Whether the last batch is left out of the test when it is short. Several papers' figures were made so (Informer, PatchTST,
    /// Pathformer), and come out only so.
    /// </summary>
    [Description("whether a last short test batch is left out, as some papers' code does")]
    public bool DropLast { get; init; }
}
