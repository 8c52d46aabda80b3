using Spectre.Console;

namespace Anyformer.Cli.Progress;

/// <summary>Bars that move, under the lines of the stages that are over.</summary>
internal sealed class BarProgress(ProgressContext context) : IProgressDisplay
{
    public IProgressTask Add(string name) => new BarTask(this, name, context.AddTask(Markup.Escape(name)));

    public void Note(string text) => Terminal.Error.MarkupLineInterpolated($"{text}");

    private sealed class BarTask(BarProgress display, string name, ProgressTask task) : IProgressTask
    {
        public void Report(double done, double total, string details)
        {
            (task.MaxValue, task.Value) = (total, done);
            task.Description = Markup.Escape($"{name}  {details}");
        }

        public void Stage(string details) => display.Note($"{name}: {details}");

        public void Finish()
        {
            task.Value = task.MaxValue;
            task.StopTask();
        }
    }
}
