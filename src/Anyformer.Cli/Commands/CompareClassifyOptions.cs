using System.CommandLine;
using Anyformer.Data.Images;
using Anyformer.Data.Images.Sets;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Images;
using Anyformer.Training.Schedules;

namespace Anyformer.Cli.Commands;

/// <summary>What <c>anyformer compare classify</c> is asked to do.</summary>
internal static class CompareClassifyOptions
{
    private static readonly Argument<string> s_folder = new("folder")
    {
        Description = "images as <class>/<name>.jpg or .png, with train/ and test/ above or without, MNIST's files, or a table of pixels; also its name in a data folder",
    };

    private static readonly Option<string> s_models = new("--models")
    {
        Description = "the models, each in a size, separated by commas: vit-ti, deit-ti, efficientvit-m0 ...",
        HelpName = "a,b,c",
        DefaultValueFactory = _ => "vit-small-images,efficientvit-small-images",
    };

    private static readonly Option<int> s_size = SharedOptions.Count("--image-size", "height and width of what the models get, in pixels", 32);

    private static readonly Option<string> s_augmentation = new("--augmentation")
    {
        Description = $"how training images are varied: {string.Join(", ", ImageAugmentation.Presets.Keys)}; --set augmentation.<key>=<value> for more",
        HelpName = "name",
        DefaultValueFactory = _ => "light",
    };

    private static readonly Option<string> s_budget = ComparisonOptions.Budget("all models", "10m");

    private static readonly Option<int> s_seeds = ComparisonOptions.Seeds();

    private static readonly Option<bool> s_strict = new("--strict") { Description = "stop at an image that cannot be decoded, instead of leaving it out and naming it" };

    private static readonly Option<string[]> s_set = ComparisonOptions.Set("a key of the recipe, as training.batch-size=128, or an option of a model, as vit-ti.drop-path=0.1");

    /// <summary>Keys of a recipe that a comparison has an option for, with that option.</summary>
    private static readonly IReadOnlyDictionary<string, string> s_ownKeys = ComparisonOverrides.OwnKeys(
        ComparisonOverrides.Model, ("data.path", "the folder"), ("preprocessing.size", "--image-size"));

    public static Argument<string> Folder => s_folder;

    public static IReadOnlyList<Option> All { get; } = [s_models, s_size, s_augmentation, s_budget, s_seeds, s_strict, s_set];

    /// <summary>The settings.</summary>
    /// <exception cref="UserException">An option is wrong.</exception>
    public static ImageSettings Read(ParseResult parsed)
    {
        var names = ComparisonOptions.Names(parsed, s_models, "model");
        var assignments = (parsed.GetValue(s_set) ?? []).ToLookup(assignment => names.Contains(ComparisonOverrides.FirstKey(assignment)));
        var options = ComparisonOverrides.OptionsOfEach(assignments[true], names, "model");
        return new ImageSettings
        {
            Recipe = Recipe(parsed, assignments[false]),
            Models = [.. names.Select(name => (name, NamedModels.Get<ImageClassifier>(name) with { Options = options(name) }))],
            Budget = Budget.Parse(parsed.GetValue(s_budget)!),
            Seeds = ComparisonOptions.SeedsOf(parsed, s_seeds),
        };
    }

    /// <summary>The options as a recipe, so that --set reaches every key of it.</summary>
    private static ImageRecipe Recipe(ParseResult parsed, IEnumerable<string> assignments)
    {
        var augmentation = parsed.GetValue(s_augmentation)!;
        var usual = new ImageRecipe
        {
            Model = new ModelSection { Id = "" },
            Data = new ImageSource { Path = parsed.GetValue(s_folder)! },
            Preprocessing = new ImagePreprocessing { Size = parsed.GetValue(s_size), CropShare = parsed.GetValue(s_size) < 128 ? 1 : 0.875 },
            Augmentation = ImageAugmentation.Presets.GetValueOrDefault(augmentation)
                ?? throw new UserException($"--augmentation names '{augmentation}', expected one of {string.Join(", ", ImageAugmentation.Presets.Keys)}."),
            Loading = new() { Strict = parsed.GetValue(s_strict) },
            Training = new TrainingSection
            {
                Optimizer = OptimizerKind.AdamW,
                LearningRate = 1e-3,
                WeightDecay = 0.05,
                BatchSize = 64,
                GradientClip = 1,
                Schedule = new CosineSchedule { WarmupSteps = 100, Floor = 0.01 },
                Patience = null,
            },
        };
        return (ImageRecipe)ComparisonOverrides.Over(usual, assignments, s_ownKeys).Bind<Recipe>();
    }
}
