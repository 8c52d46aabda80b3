using System.CommandLine;
using System.CommandLine.Parsing;
using Anyformer.Recipes;

namespace Anyformer.Cli;

/// <summary>What is wrong with a command line before any command runs, in one sentence and where to read on.</summary>
internal static class UsageMistake
{
    /// <summary>The mistake, or null.</summary>
    public static string? Find(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
            return null;
        var result = parsed.CommandResult;
        return $"{Sentence(parsed, result.Command, FullName(result))} See '{FullName(result)} --help'.";
    }

    private static string Sentence(ParseResult parsed, Command command, string name)
    {
        if (parsed.UnmatchedTokens is [var unknown, ..])
            return $"'{unknown}' is neither a command nor an option of '{name}'{Suggestion(unknown, parsed.CommandResult)}";
        return command.Subcommands.Count > 0
            ? $"'{name}' needs a command: {string.Join(", ", command.Subcommands.Select(other => other.Name))}."
            : parsed.Errors[0].Message;
    }

    private static string Suggestion(string unknown, CommandResult result)
    {
        var names = result.Command.Subcommands.Select(command => command.Name)
            .Concat(Lineage(result).SelectMany(command => command.Options).Select(option => option.Name));
        return NearestName.Find(unknown, names) is { } near ? $"; did you mean '{near}'?" : ".";
    }

    private static string FullName(CommandResult result) => string.Join(' ', Lineage(result).Reverse().Select(command => command.Name));

    private static IEnumerable<Command> Lineage(CommandResult result)
    {
        for (SymbolResult? at = result; at is not null; at = at.Parent)
            if (at is CommandResult { Command: var command })
                yield return command;
    }
}
