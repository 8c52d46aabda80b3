using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Recipes;

/// <summary>How much of a window is a prefix, drawn for each window evenly between two shares.</summary>
public sealed record PrefixSection : IValidatableObject
{
    /// <summary>The smallest share.</summary>
    [Description("smallest share of a window that is the prefix"), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Least { get; init; }

    /// <summary>The largest share.</summary>
    [Description("largest share of a window that is the prefix"), Range(0.0, 1.0)]
    public double Most { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Least > Most)
            yield return new ValidationResult($"least is {Least} and most {Most}; expected no more than that");
    }
}
