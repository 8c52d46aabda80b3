using System.CommandLine;
using Anyformer.Cli.Reports;
using Anyformer.Inspection;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.Tasks;
using Anyformer.Tasks.Images;
using Anyformer.Torch;

namespace Anyformer.Cli.Commands;

/// <summary><c>anyformer bench vision</c>: images a second of classifiers, and how much faster merging tokens makes them.</summary>
public static class BenchVisionCommand
{
    private const int Channels = 3, Classes = 1000;

    private static readonly Option<string> s_models = new("--models")
    {
        Description = "models of images, each with a preset or without: vit-small,deit-tiny,efficientvit",
        DefaultValueFactory = _ => "vit-tiny,vit-small",
    };

    private static readonly Option<int> s_batch = SharedOptions.Count("--batch", "images of a batch", 16);

    private static readonly Option<int> s_size = SharedOptions.Count("--image-size", "height and width of an image in pixels", 224);

    private static readonly Option<int[]> s_merged = new("--tome")
    {
        Description = "tokens that every layer merges, separated by commas; 0 is measured in any case",
        HelpName = "n[,n]",
        CustomParser = result => Numbers(result.Tokens.Single().Value, result.AddError),
        DefaultValueFactory = _ => [0],
    };

    private static readonly Option<int> s_rounds = SharedOptions.Count("--rounds", "how often each is measured, all in turn; the median counts", 5);

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    private static readonly Option<bool> s_json = SharedOptions.Json();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("vision", "Measure images a second of classifiers of images, and what merging tokens gives and takes.")
        {
            s_models, s_batch, s_size, s_merged, s_rounds, s_threads, s_json,
        };
        command.SetAction(Run);
        return command;
    }

    private static void Run(ParseResult parsed)
    {
        var (size, batch) = (parsed.GetValue(s_size), parsed.GetValue(s_batch));
        (string Name, ModelSection Section)[] models =
            [.. Names(parsed.GetValue(s_models)!).Select(name => (name, NamedModels.Get<ImageClassifier>(name)))];
        Engine.Start(parsed.GetValue(s_threads));
        var results = new List<VisionCosts>();
        foreach (var (name, section) in models)
        {
            using var scope = new TensorScope();
            var model = ImageModels.Build(section, new ImageShape(Channels, size, size, Classes), seed: 1, Device.Cpu);
            var images = Functional.Randn([batch, Channels, size, size]);
            var costs = TokenReductionCost.Of(model, images, parsed.GetValue(s_merged)!, parsed.GetValue(s_rounds));
            results.Add(new VisionCosts(name, model.ParameterCount(), costs));
        }

        var setting = $"{batch} random images of {size} x {size}, random weights, float32";
        var report = new VisionBenchReport(setting, parsed.GetValue(s_rounds), Machine.Facts(), results);
        if (parsed.GetValue(s_json))
            Console.Out.WriteLine(report.Json());
        else
            Terminal.Out.Write(report.Table());
    }

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int[] Numbers(string text, Action<string> wrong)
    {
        int[] numbers = [.. text.Split(',').Select(part => int.TryParse(part, out var number) && number is >= 0 and <= 1 << 20 ? number : -1)];
        if (numbers.Contains(-1))
            wrong($"--tome takes whole numbers from 0 to {1 << 20}, separated by commas, found '{text}'.");
        return numbers;
    }
}
