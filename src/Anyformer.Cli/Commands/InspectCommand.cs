using System.CommandLine;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer inspect</c>: what goes on inside a model, as pictures.</summary>
public static class InspectCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new("inspect", "Show what goes on inside a model of images, as a picture.")
    {
        InspectPatchesCommand.Merge(), InspectPatchesCommand.Attention(), InspectPatchesCommand.Norms(),
    };
}
