using System.Diagnostics;
using Anyformer.Models.Forecasting;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Vision;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Benchmarks;

/// <summary>What is measured, the same as the scripts in <c>benchmarks/peers</c> do in Python.</summary>
internal static class Works
{
    /// <summary>Tokens of a prompt, and those that are written behind it.</summary>
    private const int PromptTokens = 32, WrittenTokens = 96;

    /// <summary>ETTh1's shape, 96 to 96.</summary>
    private static readonly ForecastShape s_etth1 = new(96, 96, 48, 7, 4, 24, false);

    private static readonly Dictionary<string, Func<double, double>> s_works = new()
    {
        ["itransformer"] = seconds => Measure(seconds, 20, 1, ITransformerStep(new ITransformerOptions())),
        ["crossformer"] = seconds => Measure(seconds, 3, 1, CrossformerStep()),
        ["pathformer"] = seconds => Measure(seconds, 3, 1, PathformerStep()),
        ["informer"] = seconds => Measure(seconds, 3, 1, TrainingStep(s_etth1, shape => new Informer(shape, new InformerOptions()))),
        ["autoformer"] = seconds => Measure(seconds, 3, 1, AutoformerStep()),
        ["patchtst"] = seconds => Measure(seconds, 3, 1, PatchTstStep()),
        ["vit"] = seconds => Measure(seconds, 2, 1, VisionStep()),
        ["vit_inference"] = seconds => Measure(seconds, 2, 1, VisionAnswer()),
        ["gpt2_decode"] = seconds => Measure(seconds, 1, WrittenTokens, Decoding()),
        ["operator"] = OperatorCalls,
        ["tokenizer"] = TokenizerWork.Megabytes,
    };

    internal static IEnumerable<string> Names => s_works.Keys;

    /// <summary>Units of work a second.</summary>
    internal static double Rate(string work, double seconds) => s_works[work](seconds);

    /// <summary>A training step of iTransformer at the official ETTh1 settings, 96 to 96, unless the options say otherwise.</summary>
    internal static Action ITransformerStep(ITransformerOptions options) => TrainingStep(s_etth1, shape => new ITransformer(shape, options));

    /// <summary>A training step of Crossformer at the official ETTh1 settings, 168 to 24.</summary>
    private static Action CrossformerStep() =>
        TrainingStep(s_etth1 with { Lookback = 168, Horizon = 24 }, shape => new Crossformer(shape, new CrossformerOptions()));

    /// <summary>A training step of Pathformer at the official ETTh1 settings, 96 to 96, with its balance of experts.</summary>
    private static Action PathformerStep() =>
        TrainingStep(s_etth1, shape => new Pathformer(shape, new PathformerOptions()), batch: 128);

    /// <summary>A training step of Autoformer at the official ETTh1 settings, 96 to 96.</summary>
    private static Action AutoformerStep() =>
        TrainingStep(s_etth1, shape => new AutoformerForecaster(shape, AutoformerOptions.Presets["ett"]));

    /// <summary>A training step of PatchTST/42 at the official ETTh1 settings, 336 to 96.</summary>
    private static Action PatchTstStep() =>
        TrainingStep(s_etth1 with { Lookback = 336 }, shape => new PatchTst(shape, new PatchTstOptions()), batch: 128);

    /// <summary>A training step of ViT-Ti/16 by Adam on 16 images of 224 pixels.</summary>
    private static Action VisionStep()
    {
        var (model, images) = TinyVisionTransformer();
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 1e-4 });
        var labels = Functional.RandInt(1000, [images.Size(0)], DType.Int64);
        return () =>
        {
            using var scope = new TensorScope();
            optimizer.ZeroGrad();
            var loss = model.Call(images).CrossEntropyLoss(labels);
            loss.Backward();
            optimizer.Step();
            loss.Item<double>();
        };
    }

    /// <summary>A forward pass of ViT-Ti/16 on 16 images of 224 pixels.</summary>
    private static Action VisionAnswer()
    {
        var (model, images) = TinyVisionTransformer();
        model.Eval();
        return () =>
        {
            using var scope = new TensorScope();
            using var noGrad = Autograd.NoGrad();
            model.Call(images);
        };
    }

    /// <summary>Writing greedily behind a prompt with a model of GPT-2 small's size, every token read once.</summary>
    private static Action Decoding()
    {
        TorchRuntime.ManualSeed(1);
        var model = new Gpt2(new LanguageShape(50257, 1024), Gpt2Options.Presets["gpt2"]);
        model.Eval();
        var generator = new TextGenerator(new GenerationOptions { MaxTokens = WrittenTokens, Temperature = 0 });
        int[] prompt = [.. Enumerable.Range(1, PromptTokens)];
        return () => generator.Generate(model, 1024, [prompt]);
    }

    private static (VisionTransformer Model, Tensor Images) TinyVisionTransformer()
    {
        TorchRuntime.ManualSeed(1);
        var model = new VisionTransformer(new ImageShape(3, 224, 224, 1000), VisionTransformerOptions.Presets["tiny"]);
        return (model, Functional.Randn([16, 3, 224, 224]));
    }

    /// <summary>A training step of a forecaster by Adam.</summary>
    private static Action TrainingStep(ForecastShape shape, Func<ForecastShape, Forecaster> build, int batch = 32)
    {
        TorchRuntime.ManualSeed(1);
        var model = build(shape);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 1e-4 });
        var input = new ForecastInput(Functional.Randn([batch, shape.Lookback, shape.Variates]),
            Functional.Randn([batch, shape.Lookback, shape.Marks]), Functional.Randn([batch, shape.LabelLength + shape.Horizon, shape.Marks]));
        var target = Functional.Randn([batch, shape.Horizon, shape.Variates]);
        return () =>
        {
            using var scope = new TensorScope();
            using var auxiliary = new AuxiliaryLoss();
            optimizer.ZeroGrad();
            var loss = auxiliary.AddTo(model.Call(input).MseLoss(target));
            loss.Backward();
            optimizer.Step();
            loss.Item<double>();
        };
    }

    /// <summary>Additions of two 8 x 8 tensors, the result dropped.</summary>
    private static double OperatorCalls(double seconds)
    {
        const int calls = 10_000;
        var (a, b) = (Functional.Randn([8, 8]), Functional.Randn([8, 8]));
        return Measure(seconds, 10, calls, () =>
        {
            for (var i = 0; i < calls; i++)
            {
                using var scope = new TensorScope();
                _ = a + b;
            }
        });
    }

    internal static double Measure(double seconds, int warmUp, int unitsOfEach, Action work)
    {
        for (var i = 0; i < warmUp; i++)
            work();
        var clock = Stopwatch.StartNew();
        var units = 0L;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            work();
            units += unitsOfEach;
        }

        return units / clock.Elapsed.TotalSeconds;
    }
}
