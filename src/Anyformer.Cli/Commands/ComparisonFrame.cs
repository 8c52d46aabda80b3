using System.CommandLine;
using Anyformer.Cli.Progress;
using Anyformer.Comparison;
using Anyformer.Tasks;

namespace Anyformer.Cli.Commands;

/// <summary>What <c>compare forecast</c>, <c>compare classify</c> and <c>compare long-range</c> have in common: where results go, and how they come about.</summary>
/// <param name="name">The command.</param>
internal sealed class ComparisonFrame(string name)
{
    private readonly Option<string> _output = new("--output") { Description = $"folder of the run; runs/compare-{name}-<time> when left out", HelpName = "folder" };

    private readonly Option<bool> _json = SharedOptions.Json();

    private readonly Option<int?> _threads = SharedOptions.Threads();

    /// <summary>The command with its arguments and options and those of every comparison.</summary>
    public Command Command(string description, IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<ParseResult, CancellationToken, int> run) =>
        ComparisonOptions.Command(name, description, arguments, [.. options, _output, _json, _threads], run);

    /// <summary>Whether standard output gets JSON.</summary>
    public bool WritesJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>Gets tensors ready, and finds the folder.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="usualThreads">Threads when nothing is said.</param>
    public string Start(ParseResult parsed, int? usualThreads)
    {
        Engine.Start(parsed.GetValue(_threads) ?? usualThreads);
        return parsed.GetValue(_output) ?? RunFolders.New($"compare-{name}", DateTimeOffset.Now);
    }

    /// <summary>Compares and writes the report.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="subject">What is compared.</param>
    /// <param name="compare">The work, which ends early when it is asked to.</param>
    /// <param name="cancellation">Asks it to.</param>
    public (int ExitCode, ComparisonResult? Result) Run(
        ParseResult parsed, string folder, ComparisonSubject subject, Func<ComparisonProgress, ComparisonFindings> compare, CancellationToken cancellation)
    {
        var startedAt = DateTimeOffset.Now;
        RunFolders.Enter(folder);
        var found = ProgressDisplay.Show(ProgressDisplay.StepsPerSecond, progress =>
        {
            using var promise = Announcements.OnInterrupt(cancellation);
            return compare(new ComparisonProgress(progress));
        });
        var experiment = new Experiment
        {
            Title = subject.Title,
            Command = ShellText.Of(parsed),
            StartedAt = startedAt,
            DurationSeconds = (DateTimeOffset.Now - startedAt).TotalSeconds,
            Machine = Machine.Facts(),
            Data = subject.Data,
            Budget = subject.Budget.ToString(),
            Seeds = [.. subject.Seeds.Select(seed => (ulong)seed)],
            Metrics = subject.Metrics,
            ItemName = subject.ItemName,
        };
        var result = new ComparisonResult { Experiment = experiment, Models = found.Models, Forecasts = found.Forecasts, Confusions = found.Confusions };
        return ComparisonOutput.Finish(result, subject.Contenders, folder, WritesJson(parsed));
    }
}

/// <summary>What is compared.</summary>
internal sealed record ComparisonSubject
{
    /// <summary>The headline of the report.</summary>
    public required string Title { get; init; }

    /// <summary>On what.</summary>
    public required DataDescription Data { get; init; }

    /// <summary>What may be spent.</summary>
    public required Budget Budget { get; init; }

    /// <summary>Of the trainings of each.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>What is measured.</summary>
    public required IReadOnlyList<ErrorMetric> Metrics { get; init; }

    /// <summary>What throughput counts.</summary>
    public required string ItemName { get; init; }

    /// <summary>How many are compared.</summary>
    public required int Contenders { get; init; }
}

/// <summary>What a comparison found, of the models that are done.</summary>
internal sealed record ComparisonFindings(IReadOnlyList<ModelResult> Models)
{
    /// <summary>Of forecasters.</summary>
    public IReadOnlyList<ForecastSample> Forecasts { get; init; } = [];

    /// <summary>Of classifiers.</summary>
    public IReadOnlyList<Confusion> Confusions { get; init; } = [];
}
