using System.CommandLine;
using System.Text.Json;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tasks.Translation;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer translate</c>: translates texts by a trained translator.</summary>
public static class TranslateCommand
{
    private static readonly Argument<string> s_run = new("run")
    {
        Description = "the folder of a training run, or of a model such as T5 with config.json, weights and tokenizer as Hugging Face keeps them",
    };

    private static readonly Argument<string[]> s_texts = new("text")
    {
        Description = "texts to translate; the lines of standard input when left out",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<int?> s_beams = new("--beams") { Description = "translations that are gone on with side by side; what the recipe says when left out", HelpName = "n" };

    private static readonly Option<bool> s_json = new("--json") { Description = "write a JSON object a text" };

    private static readonly Option<string> s_device = SharedOptions.Device();

    private static readonly Option<FrozenPrecision> s_precision = SharedOptions.Precision();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("translate", "Translate texts by a trained translator.") { s_run, s_texts, s_beams, s_json, s_device, s_precision, s_threads };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (parsed.GetValue(s_beams) is < 1 and var count)
            throw new UserException($"--beams must be a whole number of at least 1, found {count}.");
        Engine.Start(parsed.GetValue(s_threads));
        var translator = TrainedTranslator.Open(parsed.GetValue(s_run)!, Devices.Parse(parsed.GetValue(s_device)!), parsed.GetValue(s_precision));
        var texts = parsed.GetValue(s_texts) is { Length: > 0 } given ? given : StandardInput.Lines("texts");
        var search = translator.Search with { Beams = parsed.GetValue(s_beams) ?? translator.Search.Beams };
        foreach (var (text, translation) in texts.Zip(translator.Translate(texts, search)))
            Console.Out.WriteLine(parsed.GetValue(s_json) ? JsonSerializer.Serialize(new { text, translation }) : translation);
        return 0;
    }
}
