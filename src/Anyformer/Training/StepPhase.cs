namespace Anyformer.Training;

/// <summary>A part of a training step, for whoever watches where its time goes: the trainer opens a scope for it.</summary>
public sealed class StepPhase
{
    private StepPhase(string name) => Name = name;

    /// <summary>The batch is read and the loss computed.</summary>
    public static StepPhase Forward { get; } = new("forward");

    /// <summary>The gradients are computed.</summary>
    public static StepPhase Backward { get; } = new("backward");

    /// <summary>The gradients are clipped and the parameters moved.</summary>
    public static StepPhase Update { get; } = new("update");

    /// <summary>Its name.</summary>
    public string Name { get; }
}
