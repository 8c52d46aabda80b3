using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>What the distillation head learns of the teacher.</summary>
public enum DistillationKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The class that the teacher gives the highest score.</summary>
    Hard,

    /// <summary>The teacher's probabilities.</summary>
    Soft,
}

/// <summary>
/// The loss of a student with a teacher (Touvron et al. 2021, DeiT, arXiv 2012.12877, section 3): <c>(1 - α) base + α distillation</c>. Hard
/// distillation is the cross entropy with the teacher's class. Soft distillation is the divergence of softened probabilities times the squared
/// temperature, divided, as in the authors' code, by the number of all scores and not only of the samples: much weaker than usual.
/// </summary>
public sealed record DistillationLoss
{
    /// <summary>What is learned of the teacher.</summary>
    [Description("what is learned of the teacher: nothing, its class, or its probabilities")]
    public DistillationKind Kind { get; init; } = DistillationKind.Hard;

    /// <summary>The share of the distillation in the loss.</summary>
    [Description("share of the distillation in the loss"), Range(0.0, 1.0)]
    public double Alpha { get; init; } = 0.5;

    /// <summary>What scores are divided by before the softmax in soft distillation.</summary>
    [Description("what scores are divided by before the softmax in soft distillation"), Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double Temperature { get; init; } = 1;

    /// <summary>The loss, one number.</summary>
    /// <param name="labelLoss">The loss of the class head against the labels, one number.</param>
    /// <param name="distillation">Scores of the distillation head, (batch, classes).</param>
    /// <param name="teacher">Scores of the teacher, (batch, classes); no gradient flows to it.</param>
    public Tensor Call(Tensor labelLoss, Tensor distillation, Tensor teacher)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Kind switch
        {
            DistillationKind.None => labelLoss.Alias(),
            DistillationKind.Hard => labelLoss * (1 - Alpha) + distillation.CrossEntropyLoss(teacher.ArgMax(-1)) * Alpha,
            _ => labelLoss * (1 - Alpha) + Divergence(distillation, teacher.Detach()) * Alpha,
        });
    }

    private Tensor Divergence(Tensor distillation, Tensor teacher)
    {
        var student = (distillation / Temperature).LogSoftmax(-1);
        var target = (teacher / Temperature).LogSoftmax(-1);
        return (target.Exp() * (target - student)).Sum() * (Temperature * Temperature / distillation.ElementCount);
    }
}
