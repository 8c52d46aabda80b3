using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tasks.Language;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer fill-mask</c>: tells what is hidden in texts by a trained masked language model.</summary>
public static class FillMaskCommand
{
    private static readonly Argument<string> s_model = new("model") { Description = "the folder of a training run, or of a model with config.json, weights and tokenizer as Hugging Face keeps them" };

    private static readonly Argument<string[]> s_texts = new("text")
    {
        Description = "texts with the tokenizer's token for what is hidden, <mask> or [MASK]; the lines of standard input when left out",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<int> s_top = SharedOptions.Count("--top", "tokens to tell for each hidden place, the likeliest first", 5);

    private static readonly Option<bool> s_json = new("--json") { Description = "write a JSON object a text" };

    private static readonly Option<string> s_device = SharedOptions.Device();

    private static readonly Option<FrozenPrecision> s_precision = SharedOptions.Precision();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("fill-mask", "Tell what is hidden in texts by a trained masked language model.") { s_model, s_texts, s_top, s_json, s_device, s_precision, s_threads };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        Engine.Start(parsed.GetValue(s_threads));
        var model = TrainedTextModel.Open(parsed.GetValue(s_model)!, Devices.Parse(parsed.GetValue(s_device)!), parsed.GetValue(s_precision));
        foreach (var text in parsed.GetValue(s_texts) is { Length: > 0 } given ? given : StandardInput.Lines("texts"))
            Write(text, model.Fill(text, parsed.GetValue(s_top)), parsed.GetValue(s_json));
        return 0;
    }

    private static void Write(string text, IReadOnlyList<IReadOnlyList<(string Token, double Probability)>> places, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { text, places = places.Select(place => place.Select(item => new { token = item.Token, probability = item.Probability })) }));
            return;
        }

        Console.Out.WriteLine(text);
        foreach (var place in places)
            Console.Out.WriteLine("  " + string.Join(", ", place.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Token.Trim()} {100 * item.Probability:0.0} %"))));
    }
}
