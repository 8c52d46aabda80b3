using Spectre.Console;
using Spectre.Console.Rendering;

namespace Anyformer.Cli.Progress;

/// <summary>How fast a task is, in words.</summary>
internal sealed class RateColumn(Func<double, string> rate) : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        new Text(task.Speed is { } speed ? rate(speed) : "");
}
