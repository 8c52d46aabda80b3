using System.CommandLine;
using Anyformer.Cli.Reports;
using Anyformer.Data.Images;
using Anyformer.Inspection;
using Anyformer.Recipes;
using Anyformer.TokenReduction;
using Anyformer.Torch;
using Spectre.Console;

namespace Anyformer.Cli.Commands;

/// <summary>
/// <c>anyformer inspect merge</c>, <c>attention</c> and <c>norms</c>: which patches of an image a model merges, which its class token looks at, and which
/// have norms far above the others'.
/// </summary>
public static class InspectPatchesCommand
{
    private static readonly Argument<string> s_model = new("run-or-model")
    {
        Description = "the folder of a run, or a plain model of images with a preset or without: vit-small, deit, vit-dinov2-base",
    };

    private static readonly Argument<string> s_image = new("image") { Description = "a JPEG or PNG file" };

    private static readonly Option<string> s_output = new("--output") { Description = "where the picture goes", HelpName = "file.png|svg", Required = true };

    private static readonly Option<string?> s_weights = new("--weights")
    {
        Description = "weights: safetensors or torch.save, under this library's names or those of timm, DeiT, MAE, DINO or DINOv2; random when left out",
        HelpName = "file",
    };

    private static readonly Option<int> s_size =
        SharedOptions.Count("--image-size", "height and width that the image is brought to, in pixels; a run has its own", 224);

    private static readonly Option<ImageNormalization> s_normalization = new("--normalization")
    {
        Description = "the scale of the levels that the model was trained on; a run has its own",
        DefaultValueFactory = _ => ImageNormalization.ImageNet,
    };

    private static readonly Option<int> s_merged = SharedOptions.Count("--tome", "tokens that every layer merges", 16);

    private static readonly Option<int> s_layer = new("--layer") { Description = "the layer, from 0; -1 is the last", DefaultValueFactory = _ => -1 };

    private static readonly Option<double?> s_cutoff = new("--cutoff")
    {
        Description = "the norm above which a patch is an outlier; three times the median when left out",
    };

    private static readonly Option<int?> s_threads = SharedOptions.Threads();

    /// <summary>The command that shows merged patches.</summary>
    internal static Command Merge() =>
        Create("merge", "Show which patches token merging joins, in the mean of their colours.", [s_merged], ShowMerged);

    /// <summary>The command that shows attention.</summary>
    internal static Command Attention() =>
        Create("attention", "Show which patches the class token looks at, the mean over the heads.", [s_layer], ShowAttention);

    /// <summary>The command that shows norms.</summary>
    internal static Command Norms() =>
        Create("norms", "Show the norms of the patches that come out of the last block, and how many are outliers.", [s_cutoff], ShowNorms);

    private static Command Create(string name, string description, Option[] own, Func<VisionSubject, ParseResult, PatchPicture> show)
    {
        var command = new Command(name, description) { s_model, s_image, s_output, s_weights, s_size, s_normalization, s_threads };
        foreach (var option in own)
            command.Add(option);
        command.SetAction(parsed => Run(parsed, show));
        return command;
    }

    private static void Run(ParseResult parsed, Func<VisionSubject, ParseResult, PatchPicture> show)
    {
        var output = parsed.GetValue(s_output)!;
        PatchPicture.Check(output);
        Engine.Start(parsed.GetValue(s_threads));
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        show(Subject(parsed), parsed).Write(output);
        Terminal.Out.WriteLine($"Picture: {output}");
    }

    private static VisionSubject Subject(ParseResult parsed)
    {
        var (model, weights, image) = (parsed.GetValue(s_model)!, parsed.GetValue(s_weights), parsed.GetValue(s_image)!);
        if (Directory.Exists(model))
            return weights is null
                ? VisionSubject.OfRun(model, image)
                : throw new UserException($"The run '{model}' has weights of its own; leave --weights out.");
        if (weights is null)
            Terminal.Error.WriteLine("The weights are random; --weights loads trained ones.");
        var preprocessing = new ImagePreprocessing { Size = parsed.GetValue(s_size), Normalization = parsed.GetValue(s_normalization) };
        return VisionSubject.OfModel(model, weights, image, preprocessing);
    }

    private static PatchPicture ShowMerged(VisionSubject subject, ParseResult parsed)
    {
        subject.Encoder.ReduceTokens(Part<TokenReducer>.Of("tome", new TokenMergingOptions { Merged = parsed.GetValue(s_merged) }));
        var tokens = subject.Encoder.Call(subject.Image);
        var places = tokens.Origins!.Places[0, tokens.Prefix..].ToArray<long>();
        Terminal.Out.WriteLine($"{places.Length} patches became {places.Distinct().Count()} tokens.");
        return PatchPicture.Merged(subject.Pixels, tokens.Grid, subject.Encoder.PatchSide, [.. places.Select(place => (int)place)]);
    }

    private static PatchPicture ShowAttention(VisionSubject subject, ParseResult parsed)
    {
        var map = ClassAttention.Of(subject.Encoder, subject.Image, parsed.GetValue(s_layer)).Mean(1)[0];
        var (all, most) = (Figures.Share(map.Sum().Item<float>()), Figures.Share(map.Amax([]).Item<float>()));
        Terminal.Out.WriteLine($"{all} of the weight falls on the {map.ElementCount} patches, at most {most} on one.");
        return PatchPicture.Heat(subject.Pixels, subject.Encoder.GridOf(subject.Image), subject.Encoder.PatchSide, map.To(DType.Float64).ToArray<double>());
    }

    private static PatchPicture ShowNorms(VisionSubject subject, ParseResult parsed)
    {
        var tokens = subject.Encoder.Call(subject.Image);
        var patches = tokens.Raw[.., tokens.Prefix..];
        var cutoff = parsed.GetValue(s_cutoff) ?? PatchNorms.UsualCutoff(patches);
        var norms = PatchNorms.Of(patches, tokens.Grid, cutoff);
        var values = norms.Norms.To(DType.Float64).ToArray<double>();
        var (outliers, median) = (norms.Outliers.Sum().Item<long>(), values.Order().ElementAt(values.Length / 2));
        Terminal.Out.WriteLine($"{outliers} of {values.Length} patches ({Figures.Share(norms.OutlierFraction)}) are outliers, with norms above "
            + $"{Figures.Measure(cutoff)}; the median norm is {Figures.Measure(median)}, the largest {Figures.Measure(values.Max())}.");
        return PatchPicture.Heat(subject.Pixels, tokens.Grid, subject.Encoder.PatchSide, values);
    }
}
