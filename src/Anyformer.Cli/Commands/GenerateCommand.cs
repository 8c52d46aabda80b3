using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Anyformer.Models.Language.Decoding;
using Anyformer.Modules;
using Anyformer.Tasks;
using Anyformer.Tasks.Language;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer generate</c>: goes on with texts by a trained language model.</summary>
public static class GenerateCommand
{
    private static readonly Argument<string> s_model = new("model") { Description = "the folder of a training run, or of a model with config.json, weights and tokenizer as Hugging Face keeps them" };

    private static readonly Argument<string[]> s_prompts = new("prompt")
    {
        Description = "beginnings of texts; the lines of standard input when left out",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<int> s_tokens = SharedOptions.Count("--max-tokens", "most tokens to write", 256);

    private static readonly Option<double> s_temperature = Number("--temperature", "what scores are divided by before a token is drawn; 0 takes the most probable one", 0.8, least: 0, most: 100);

    private static readonly Option<int?> s_topK = new("--top-k") { Description = "draw only from so many of the most probable tokens", HelpName = "n" };

    private static readonly Option<double> s_topP = Number("--top-p", "draw only from the most probable tokens that together have this probability", 1, least: 1e-9, most: 1);

    private static readonly Option<double> s_penalty = Number("--repetition-penalty", "makes tokens that the text has already less probable", 1, least: 1e-9, most: 100);

    private static readonly Option<string[]> s_stops = new("--stop") { Description = "a string that ends a text and is not written; may be given again", HelpName = "text" };

    private static readonly Option<long> s_seed = new("--seed") { Description = "decides what is drawn", HelpName = "n", DefaultValueFactory = _ => 1 };

    private static readonly Option<bool> s_json = new("--json") { Description = "write a JSON object a text" };

    private static readonly Option<string> s_device = SharedOptions.Device();

    private static readonly Option<FrozenPrecision> s_precision = SharedOptions.Precision();

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("generate", "Go on with texts by a trained language model, or write texts from them by a model such as T5.")
        {
            s_model, s_prompts, s_tokens, s_temperature, s_topK, s_topP, s_penalty, s_stops, s_seed, s_json, s_device, s_precision, s_threads,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (parsed.GetValue(s_topK) is < 1 and var count)
            throw new UserException($"--top-k must be a whole number of at least 1, found {count}.");
        Engine.Start(parsed.GetValue(s_threads));
        var continuation = TextContinuation.Open(parsed.GetValue(s_model)!, Devices.Parse(parsed.GetValue(s_device)!), parsed.GetValue(s_precision));
        var prompts = parsed.GetValue(s_prompts) is { Length: > 0 } given ? given : StandardInput.Lines("prompts");
        var settings = new ContinuationSettings
        {
            Generation = new GenerationOptions
            {
                MaxTokens = parsed.GetValue(s_tokens),
                Temperature = parsed.GetValue(s_temperature),
                TopK = parsed.GetValue(s_topK),
                TopP = parsed.GetValue(s_topP),
                RepetitionPenalty = parsed.GetValue(s_penalty),
                Seed = parsed.GetValue(s_seed),
            },
            Stops = parsed.GetValue(s_stops) ?? [],
        };
        if (prompts.Count == 1 && !parsed.GetValue(s_json))
            Stream(continuation, prompts[0], settings);
        else
            Write(continuation.GoesOn, prompts, continuation.Write(prompts, settings), parsed.GetValue(s_json));
        return 0;
    }

    /// <summary>One text goes to the terminal as it is written.</summary>
    private static void Stream(TextContinuation continuation, string prompt, ContinuationSettings settings)
    {
        if (continuation.GoesOn)
            Console.Out.Write(prompt);
        continuation.Write([prompt], settings, (_, piece) =>
        {
            Console.Out.Write(piece);
            Console.Out.Flush();
        });
        Console.Out.WriteLine();
    }

    private static void Write(bool goesOn, IReadOnlyList<string> prompts, IReadOnlyList<string> texts, bool json)
    {
        foreach (var (prompt, text) in prompts.Zip(texts))
            Console.Out.WriteLine(json ? JsonSerializer.Serialize(new { prompt, text }) : goesOn ? $"{prompt}{text}\n" : text);
    }

    private static Option<double> Number(string name, string description, double usual, double least, double most) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {(least < 1e-6 && least > 0 ? "more than 0" : least)} to {most}, found '{text}'."));
            return number;
        },
    };
}
