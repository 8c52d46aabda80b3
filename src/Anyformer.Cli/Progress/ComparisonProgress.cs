using Anyformer.Comparison;
using Anyformer.Tasks;
using Anyformer.Training;

namespace Anyformer.Cli.Progress;

/// <summary>Shows a comparison: a task for every training.</summary>
internal sealed class ComparisonProgress(IProgressDisplay display) : ComparisonObserver
{
    private IProgressTask? _task;

    public override TrainingObserver OnTraining(string model, long seed)
    {
        _task?.Finish();
        _task = display.Add($"{model} (seed {seed})");
        return new TrainingProgressObserver(_task);
    }

    public override void OnModel(ModelResult result)
    {
        _task?.Finish();
        _task = null;
        if (result.Failure is { } reason)
            display.Note($"{result.Id} failed: {reason}");
    }
}
