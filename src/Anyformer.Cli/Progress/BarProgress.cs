using Spectre.Console;

namespace Anyformer.Cli.Progress;

/// <summary>Bars that move.</summary>
internal sealed class BarProgress(ProgressContext context) : IProgressDisplay
{
    public IProgressTask Add(string name) => new BarTask(name, context.AddTask(Markup.Escape(name)));

    public void Note(string text) => Terminal.Error.MarkupLineInterpolated($"{text}");

    private sealed class BarTask(string name, ProgressTask task) : IProgressTask
    {
        private string _stage = "";

        public void Report(double done, double total, string details)
        {
            (task.MaxValue, task.Value) = (total, done);
            task.Description = Markup.Escape($"{name}  {details}{(_stage.Length == 0 ? "" : $"  ({_stage})")}");
        }

        public void Stage(string details) => _stage = details;

        public void Finish()
        {
            task.Value = task.MaxValue;
            task.Description = Markup.Escape(_stage.Length == 0 ? name : $"{name}  {_stage}");
            task.StopTask();
        }
    }
}
