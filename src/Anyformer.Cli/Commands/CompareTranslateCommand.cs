using System.CommandLine;
using Anyformer.Comparison.Texts;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Tasks.Translation;
using Anyformer.Training.Schedules;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare translate</c>: translators on texts with their translations.</summary>
public static class CompareTranslateCommand
{
    private const int Samples = 5;

    private static readonly Argument<string> s_folder = new("folder")
    {
        Description = "a folder with train.<language>, val.<language> and test.<language> of two languages, a text a line, plain or .gz; also its name in a data folder",
    };

    private static readonly Option<string> s_from = new("--from") { Description = "the language of the texts, as their files end", HelpName = "language", Required = true };

    private static readonly Option<string> s_to = new("--to") { Description = "the language of the translations, as their files end", HelpName = "language", Required = true };

    private static readonly TextComparison<SequenceToSequenceModel> s_comparison = new("encoder-decoder-small", "1");

    private static readonly IReadOnlyDictionary<string, string> s_ownKeys = ComparisonOverrides.OwnKeys(
        ComparisonOverrides.Model, ("data.source", "the folder"), ("data.from", "--from"), ("data.to", "--to"));

    /// <summary>The command.</summary>
    public static Command Create() => s_comparison.Command(
        "translate", "Compare translators on texts with their translations: loss, BLEU, speed, memory, and what they write.",
        [s_folder], [s_from, s_to], Run);

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var data = new TranslationDataSection { Source = parsed.GetValue(s_folder)!, From = parsed.GetValue(s_from)!, To = parsed.GetValue(s_to)! };
        var usual = new TranslationRecipe
        {
            Model = new ModelSection { Id = "encoder-decoder" },
            Data = data,
            Training = new TrainingSection
            {
                LearningRate = 1e-3,
                Betas = [0.9, 0.98],
                Epsilon = 1e-9,
                BatchSize = 64,
                GradientClip = 1,
                Schedule = new CosineSchedule { WarmupSteps = 200, Floor = 0.05 },
                Patience = null,
            },
        };
        var title = $"Translators from {data.From} to {data.To} on {Path.GetFileName(Path.TrimEndingDirectorySeparator(data.Source))}";
        return s_comparison.Run(parsed, title, usual, s_ownKeys, (name, folder) => Written(name, folder, data, parsed), cancellation);
    }

    private static IEnumerable<TextSample> Written(string name, string folder, TranslationDataSection data, ParseResult parsed)
    {
        var texts = data.Texts("test", DataFolders.Store(parsed)).Take(Samples).ToArray();
        var translations = TrainedTranslator.Open(folder, Torch.Device.Cpu).Translate([.. texts.Select(text => text.From)]);
        return [.. texts.Zip(translations, (text, translation) => new TextSample(name, text.From, translation, text.To))];
    }
}
