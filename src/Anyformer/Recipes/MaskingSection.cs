using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Recipes;

/// <summary>What is hidden from a model that learns to restore it.</summary>
public sealed record MaskingSection
{
    /// <summary>The share that is hidden.</summary>
    [Description("share that is hidden")]
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double Ratio { get; init; } = 0.4;
}
