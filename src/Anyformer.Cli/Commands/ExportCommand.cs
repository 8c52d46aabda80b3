using System.CommandLine;
using Anyformer.Tasks.Export;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer export</c>: writes a trained model for others to open.</summary>
public static class ExportCommand
{
    private const string HuggingFace = "huggingface";

    private static readonly Argument<string> s_model = new("model") { Description = "the folder of a training run, or of a model with config.json, weights and tokenizer as Hugging Face keeps them" };

    private static readonly Argument<string> s_folder = new("folder") { Description = "the folder to write; it must not be there yet" };

    private static readonly Option<string> s_format = new("--format")
    {
        Description = "how it is written: huggingface for config.json, model.safetensors and tokenizer.json",
        HelpName = HuggingFace,
        DefaultValueFactory = _ => HuggingFace,
        CustomParser = result =>
        {
            if (result.Tokens[0].Value is var name && name != HuggingFace)
                result.AddError($"--format must be {HuggingFace}, found '{name}'.");
            return HuggingFace;
        },
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("export", "Write a trained model for others to open.") { s_model, s_folder, s_format };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Engine.Start(threads: null);
        var folder = parsed.GetValue(s_folder)!;
        var type = HuggingFaceExport.Write(parsed.GetValue(s_model)!, folder);
        Terminal.Error.WriteLine($"Written as a model of type {type}:");
        Console.Out.WriteLine(folder);
        return 0;
    }
}
