using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>A model with a head of its own for what a teacher says.</summary>
public interface IDistilledClassifier
{
    /// <summary>The scores of both heads.</summary>
    /// <param name="images">(batch, channels, height, width).</param>
    DistilledScores CallHeads(Tensor images);
}

/// <summary>The scores of two heads.</summary>
/// <param name="Class">Of the head that learns the labels, (batch, classes).</param>
/// <param name="Distillation">Of the head that learns from the teacher, (batch, classes).</param>
public sealed record DistilledScores(Tensor Class, Tensor Distillation)
{
    /// <summary>The scores to predict by: the mean of both heads' scores, not of their probabilities.</summary>
    public Tensor Mean
    {
        get
        {
            using var scope = new TensorScope();
            return scope.Keep((Class + Distillation) / 2);
        }
    }
}
