using System.CommandLine;
using Anyformer.Comparison.Texts;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoding;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;
using Anyformer.Training.Schedules;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare language</c>: language models on a text.</summary>
public static class CompareLanguageCommand
{
    private const int SampleTokens = 200;

    private static readonly Argument<string> s_text = new("text") { Description = "a text in UTF-8, or a folder with one; also its name in a data folder" };

    private static readonly Option<int> s_tokens = SharedOptions.Count("--tokens", "tokens that a model sees at once", 128);

    private static readonly Option<string[]> s_prompts = new("--prompt") { Description = "what every model goes on with in the report; may be given again", HelpName = "text" };

    private static readonly TextComparison<LanguageModel> s_comparison = new("decoder-small,simplified-blocks-small", "1");

    private static readonly IReadOnlyDictionary<string, string> s_ownKeys = ComparisonOverrides.OwnKeys(
        ComparisonOverrides.Model, ("data.source", "the text"), ("data.tokens", "--tokens"));

    /// <summary>The command.</summary>
    public static Command Create() => s_comparison.Command(
        "language", "Compare language models on a text: loss, bits per byte, speed, memory, and what they write.",
        [s_text], [s_tokens, s_prompts], Run);

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var usual = new LanguageRecipe
        {
            Model = new ModelSection { Id = "decoder" },
            Data = new TextDataSection { Source = parsed.GetValue(s_text)!, Tokens = parsed.GetValue(s_tokens) },
            Training = new TrainingSection
            {
                Optimizer = OptimizerKind.AdamW,
                LearningRate = 1e-3,
                Betas = [0.9, 0.99],
                WeightDecay = 0.1,
                GradientClip = 1,
                BatchSize = 32,
                Schedule = new CosineSchedule { WarmupSteps = 50, Floor = 0.1 },
                Patience = null,
            },
        };
        var title = $"Language models on {Path.GetFileName(Path.TrimEndingDirectorySeparator(usual.Data.Source))}";
        return s_comparison.Run(parsed, title, usual, s_ownKeys, (name, folder) => Samples(name, folder, parsed.GetValue(s_prompts) ?? []), cancellation);
    }

    private static IEnumerable<TextSample> Samples(string name, string folder, string[] prompts)
    {
        var model = TrainedTextModel.Open(folder, Torch.Device.Cpu);
        var settings = new ContinuationSettings { Generation = new GenerationOptions { MaxTokens = SampleTokens, Temperature = 0.8, Seed = 1 } };
        prompts = prompts.Length > 0 ? prompts : ["\n"];
        return [.. prompts.Zip(model.Continuation.Write(prompts, settings), (prompt, text) => new TextSample(name, prompt, text))];
    }
}
