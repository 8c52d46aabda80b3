using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Recipes;

/// <summary>How a masked language model's tokens are hidden.</summary>
public sealed record TokenMaskingSection : IValidatableObject
{
    /// <summary>The share of tokens that the model is to tell.</summary>
    [Description("share of tokens that the model is to tell"), Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Share { get; init; } = 0.15;

    /// <summary>The share of these that is hidden.</summary>
    [Description("share of these that is hidden"), Range(0.0, 1.0)]
    public double Hidden { get; init; } = 0.8;

    /// <summary>The share of these that is replaced by any other token; what is left stays as it is.</summary>
    [Description("share of these that is replaced by any token; what is left stays as it is"), Range(0.0, 1.0)]
    public double Replaced { get; init; } = 0.1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Hidden + Replaced > 1)
            yield return new ValidationResult($"hidden and replaced are {Hidden + Replaced} together; expected at most 1");
    }
}
