using Anyformer.Training;

namespace Anyformer.Tests.Tasks.Forecasting;

/// <summary>Cancels a training at a step.</summary>
internal sealed class StopAt(long step, CancellationTokenSource? cancellation) : TrainingObserver
{
    public override void OnStep(StepReport report)
    {
        if (report.Step == step)
            cancellation!.Cancel();
    }
}
