using System.Text.Json.Serialization;

namespace Anyformer.Training.Schedules;

/// <summary>
/// A learning rate over a training: a pure function of how far it has come, so that a resumed run needs no state of it.
/// In a recipe: <c>schedule: type1</c>, or with options <c>schedule: {kind: cosine, warmup-steps: 100}</c>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ConstantSchedule), "constant")]
[JsonDerivedType(typeof(CosineSchedule), "cosine")]
[JsonDerivedType(typeof(LinearSchedule), "linear")]
[JsonDerivedType(typeof(StepSchedule), "step")]
[JsonDerivedType(typeof(MultiStepSchedule), "multi-step")]
[JsonDerivedType(typeof(ExponentialSchedule), "exponential")]
[JsonDerivedType(typeof(OneCycleSchedule), "one-cycle")]
[JsonDerivedType(typeof(NoamSchedule), "noam")]
[JsonDerivedType(typeof(InverseSquareRootSchedule), "rsqrt")]
[JsonDerivedType(typeof(HalvingSchedule), "type1")]
[JsonDerivedType(typeof(DelayedDecaySchedule), "type3")]
public abstract record LearningRateSchedule
{
    /// <summary>What the recipe's learning rate is multiplied by for the next optimiser step.</summary>
    public abstract double Factor(TrainingProgress progress);

    /// <summary>
    /// SGD's momentum, or the first beta of Adam and AdamW, for the next optimiser step; null where the schedule leaves it
    /// as the optimiser has it.
    /// </summary>
    public virtual double? Momentum(TrainingProgress progress) => null;
}
