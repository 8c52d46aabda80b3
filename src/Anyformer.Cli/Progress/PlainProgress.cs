namespace Anyformer.Cli.Progress;

/// <summary>Plain lines: one for every stage of a task.</summary>
internal sealed class PlainProgress : IProgressDisplay
{
    public IProgressTask Add(string name) => new PlainTask(name);

    public void Note(string text) => Console.Error.WriteLine(text);

    private sealed class PlainTask(string name) : IProgressTask
    {
        public void Report(double done, double total, string details) { }

        public void Stage(string details) => Console.Error.WriteLine($"{name}: {details}");

        public void Finish() { }
    }
}
