using System.Globalization;
using Spectre.Console;

namespace Anyformer.Cli.Progress;

/// <summary>Shows long work on standard error: bars with rate and time left to a person, plain lines to a file.</summary>
public static class ProgressDisplay
{
    /// <summary>The rate of trainings.</summary>
    public static string StepsPerSecond(double speed) => string.Create(CultureInfo.InvariantCulture, $"{speed:0.0} steps/s");

    /// <summary>Runs the work with somewhere to show its progress.</summary>
    /// <param name="rate">Says how fast it is, from what is done in a second.</param>
    /// <param name="work">The work.</param>
    public static T Show<T>(Func<double, string> rate, Func<IProgressDisplay, T> work)
    {
        if (!Terminal.IsInteractive)
            return work(new PlainProgress());
        return Terminal.Error.Progress().AutoRefresh(true).HideCompleted(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new RateColumn(rate), new RemainingTimeColumn())
            .Start(context => work(new BarProgress(context)));
    }
}

/// <summary>Somewhere to show tasks.</summary>
public interface IProgressDisplay
{
    /// <summary>A task begins.</summary>
    IProgressTask Add(string name);

    /// <summary>Says something in passing.</summary>
    void Note(string text);
}

/// <summary>A task that is shown.</summary>
public interface IProgressTask
{
    /// <summary>The task stands at <paramref name="done"/> of <paramref name="total"/>.</summary>
    void Report(double done, double total, string details);

    /// <summary>A stage of the task is over; <paramref name="details"/> say what came of it.</summary>
    void Stage(string details);

    /// <summary>The task is over.</summary>
    void Finish();
}
