using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Benchmarks.Works;

/// <summary>Training steps of forecasters at their authors' settings for ETTh1.</summary>
internal static class ForecastWorks
{
    /// <summary>ETTh1's shape, 96 to 96.</summary>
    private static readonly ForecastShape s_etth1 = new(96, 96, 48, 7, 4, 24, false);

    /// <summary>A training step of iTransformer, 96 to 96.</summary>
    internal static Action ITransformerStep(ITransformerOptions options) => Step(s_etth1, shape => new ITransformer(shape, options));

    /// <summary>A training step of Crossformer, 168 to 24.</summary>
    internal static Action CrossformerStep() =>
        Step(s_etth1 with { Lookback = 168, Horizon = 24 }, shape => new Crossformer(shape, new CrossformerOptions()));

    /// <summary>A training step of Pathformer, 96 to 96, with its balance of experts.</summary>
    internal static Action PathformerStep() => Step(s_etth1, shape => new Pathformer(shape, new PathformerOptions()), batch: 128);

    /// <summary>A training step of Informer, 96 to 96.</summary>
    internal static Action InformerStep() => Step(s_etth1, shape => new Informer(shape, new InformerOptions()));

    /// <summary>A training step of Autoformer, 96 to 96.</summary>
    internal static Action AutoformerStep() => Step(s_etth1, shape => new AutoformerForecaster(shape, AutoformerOptions.Presets["ett"]));

    /// <summary>A training step of PatchTST/42, 336 to 96.</summary>
    internal static Action PatchTstStep() => Step(s_etth1 with { Lookback = 336 }, shape => new PatchTst(shape, new PatchTstOptions()), batch: 128);

    private static Action Step(ForecastShape shape, Func<ForecastShape, Forecaster> build, int batch = 32)
    {
        TorchRuntime.ManualSeed(1);
        var model = build(shape);
        var input = new ForecastInput(Functional.Randn([batch, shape.Lookback, shape.Variates]),
            Functional.Randn([batch, shape.Lookback, shape.Marks]), Functional.Randn([batch, shape.LabelLength + shape.Horizon, shape.Marks]));
        var target = Functional.Randn([batch, shape.Horizon, shape.Variates]);
        return TrainingStep.Of(model, () => model.Call(input).MseLoss(target));
    }
}
