using System.CommandLine;
using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Training.Schedules;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer compare text-classification</c>: models that tell the classes of texts, or of pairs of texts.</summary>
public static class CompareTextClassificationCommand
{
    private static readonly Argument<string> s_texts = new("texts")
    {
        Description = "a table of texts with their classes (.csv, .tsv, .jsonl), a folder with such tables, or class folders of .txt; also its name in a data folder",
    };

    private static readonly Option<string> s_text = Column("--text", "column of the text, or of the first of a pair", "text");

    private static readonly Option<string?> s_pair = new("--pair") { Description = "column of the second text of a pair", HelpName = "column" };

    private static readonly Option<string> s_label = Column("--label", "column of the class", "label");

    private static readonly Option<int> s_tokens = SharedOptions.Count("--tokens", "most tokens of a text, or of a pair together", 128);

    private static readonly TextComparison<TextModel> s_comparison = new("encoder-small,decoder-small", "5");

    private static readonly IReadOnlyDictionary<string, string> s_ownKeys = ComparisonOverrides.OwnKeys(
        ComparisonOverrides.Model, ("data.source", "the texts"), ("data.text", "--text"), ("data.pair", "--pair"), ("data.label", "--label"), ("data.tokens", "--tokens"));

    /// <summary>The command.</summary>
    public static Command Create() => s_comparison.Command(
        "text-classification", "Compare models that tell the classes of texts: accuracy, F1, Matthews correlation, speed, memory, and what is taken for what.",
        [s_texts], [s_text, s_pair, s_label, s_tokens], Run);

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var usual = new TextClassificationRecipe
        {
            Model = new ModelSection { Id = "encoder" },
            Data = new TextClassificationDataSection
            {
                Source = parsed.GetValue(s_texts)!,
                Text = parsed.GetValue(s_text)!,
                Pair = parsed.GetValue(s_pair),
                Label = parsed.GetValue(s_label)!,
                Tokens = parsed.GetValue(s_tokens),
            },
            Training = new TrainingSection
            {
                Optimizer = OptimizerKind.AdamW,
                LearningRate = 1e-3,
                WeightDecay = 0.1,
                BatchSize = 32,
                GradientClip = 1,
                Schedule = new CosineSchedule { WarmupSteps = 50, Floor = 0.05 },
                Patience = null,
            },
        };
        var title = $"Classifiers of texts on {Path.GetFileName(Path.TrimEndingDirectorySeparator(usual.Data.Source))}";
        return s_comparison.Run(parsed, title, usual, s_ownKeys, (_, _) => [], cancellation);
    }

    private static Option<string> Column(string name, string description, string usual) =>
        new(name) { Description = description, HelpName = "column", DefaultValueFactory = _ => usual };
}
