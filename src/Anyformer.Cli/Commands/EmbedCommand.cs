using System.CommandLine;
using System.Text.Json;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tasks.Language;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer embed</c>: turns texts into vectors by a trained model of texts.</summary>
public static class EmbedCommand
{
    private static readonly Argument<string> s_model = new("model") { Description = "the folder of a training run, or of a model with config.json, weights and tokenizer as Hugging Face keeps them" };

    private static readonly Argument<string[]> s_texts = new("text")
    {
        Description = "texts; the lines of standard input when left out",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> s_device = SharedOptions.Device();

    private static readonly Option<FrozenPrecision> s_precision = SharedOptions.Precision();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("embed", "Turn texts into vectors, the mean of those of their tokens, by a trained model: a JSON object a text.") { s_model, s_texts, s_device, s_precision, s_threads };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Engine.Start(parsed.GetValue(s_threads));
        var model = TrainedTextModel.Open(parsed.GetValue(s_model)!, Devices.Parse(parsed.GetValue(s_device)!), parsed.GetValue(s_precision));
        var texts = parsed.GetValue(s_texts) is { Length: > 0 } given ? given : StandardInput.Lines("texts");
        foreach (var (text, embedding) in texts.Zip(model.Embed(texts)))
            Console.Out.WriteLine(JsonSerializer.Serialize(new { text, embedding }));
        return 0;
    }
}
