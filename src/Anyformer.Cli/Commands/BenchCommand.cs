using System.CommandLine;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer bench</c>: what methods cost on this machine.</summary>
public static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new("bench", "Measure what methods cost on this machine.") { BenchAttentionCommand.Create(), BenchVisionCommand.Create() };
}
