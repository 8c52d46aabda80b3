using System.CommandLine;

namespace Anyformer.Cli.Commands;

/// <summary>Options that commands which compare models share, and how they are read.</summary>
internal static class ComparisonOptions
{
    /// <summary>A command of some arguments and options.</summary>
    public static Command Command(string name, string description, IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<ParseResult, CancellationToken, int> run)
    {
        var command = new Command(name, description);
        foreach (var argument in arguments)
            command.Arguments.Add(argument);
        foreach (var option in options)
            command.Options.Add(option);
        // On a thread of its own, for Ctrl-C is listened to only once the work is under way.
        command.SetAction((parsed, cancellation) => Task.Run(() => run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    /// <summary>What may be spent.</summary>
    /// <param name="on">On what together.</param>
    /// <param name="usual">What, when nothing is said.</param>
    public static Option<string> Budget(string on, string usual) => new("--budget")
    {
        Description = $"training time of {on} together (90s, 10m), or a number of epochs of each",
        HelpName = "time|epochs",
        DefaultValueFactory = _ => usual,
    };

    /// <summary>How often each model is trained.</summary>
    public static Option<int> Seeds() => SharedOptions.Count("--seeds", "trainings of each model, with seeds 1 to n", 1);

    /// <summary>The seeds that were asked for.</summary>
    public static IReadOnlyList<long> SeedsOf(ParseResult parsed, Option<int> option) => [.. Enumerable.Range(1, parsed.GetValue(option)).Select(seed => (long)seed)];

    /// <summary>Values set over the recipe, or over the options of one model.</summary>
    /// <param name="examples">One of either, with what it is.</param>
    public static Option<string[]> Set(string examples) => new("--set")
    {
        Description = $"set {examples}; may be given again",
        HelpName = "key=value",
    };

    /// <summary>Names separated by commas, each once.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">The option that lists them.</param>
    /// <param name="kind">What it lists.</param>
    /// <exception cref="UserException">There is none.</exception>
    public static string[] Names(ParseResult parsed, Option<string> option, string kind)
    {
        var listed = parsed.GetValue(option)!;
        string[] names = [.. listed.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
        return names.Length > 0 ? names : throw new UserException($"{option.Name} names no {kind}, found '{listed}'.");
    }
}
