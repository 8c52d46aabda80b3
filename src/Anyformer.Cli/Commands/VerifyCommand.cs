using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Anyformer.Parity;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer verify</c>: runs parity cases against what the authors' own code computed.</summary>
public static class VerifyCommand
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var folders = new Argument<string[]>("folders") { Description = "cases, or folders to walk for cases", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "write one JSON object a line" };
        var threads = SharedOptions.Threads();
        var command = new Command("verify", "Compare outputs and gradients with those of the authors' own code.") { folders, json, threads };
        command.SetAction(parsed =>
        {
            // Found first, so that a mistyped folder costs no work.
            string[] cases = [.. parsed.GetValue(folders)!.SelectMany(ParityVerifier.FindCases)];
            Engine.Start(parsed.GetValue(threads));
            return Verify(cases, parsed.GetValue(json) ? WriteJson : WriteLine);
        });
        return command;
    }

    private static int Verify(string[] cases, Action<ParityOutcome> write)
    {
        var failed = 0;
        foreach (var folder in cases)
        {
            var outcome = ParityVerifier.Verify(folder);
            write(outcome);
            failed += outcome.Passed ? 0 : 1;
        }

        Terminal.Error.MarkupLineInterpolated(failed == 0 ? $"[green]{cases.Length} of {cases.Length} cases passed.[/]" : (FormattableString)$"[red]{failed} of {cases.Length} cases failed.[/]");
        return failed == 0 ? 0 : 1;
    }

    private static void WriteJson(ParityOutcome outcome) => Console.Out.WriteLine(JsonSerializer.Serialize(outcome, s_json));

    private static void WriteLine(ParityOutcome outcome)
    {
        var error = outcome.LargestError?.ToString("0.0e+00", CultureInfo.InvariantCulture) ?? "-";
        var verdict = outcome.Passed ? "[green]passed[/]" : "[red]FAILED[/]";
        Terminal.Out.MarkupLine($"{verdict}  {error,8}  {Markup.Escape(outcome.Case)}  {Markup.Escape(outcome.Message)}");
    }
}
