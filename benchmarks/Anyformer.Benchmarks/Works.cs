using System.Diagnostics;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Benchmarks;

/// <summary>What is measured, the same as the scripts in <c>benchmarks/peers</c> do in Python.</summary>
internal static class Works
{
    private static readonly Dictionary<string, Func<double, double>> s_works = new()
    {
        ["itransformer"] = ITransformerSteps,
        ["operator"] = OperatorCalls,
    };

    internal static IEnumerable<string> Names => s_works.Keys;

    /// <summary>Units of work a second.</summary>
    internal static double Rate(string work, double seconds) => s_works[work](seconds);

    /// <summary>Training steps of iTransformer at the official ETTh1 settings, 96 to 96, batch 32.</summary>
    private static double ITransformerSteps(double seconds) => Measure(seconds, 20, 1, ITransformerStep(new ITransformerOptions()));

    /// <summary>A training step of iTransformer on ETTh1's shape, 96 to 96, batch 32.</summary>
    internal static Action ITransformerStep(ITransformerOptions options)
    {
        const int batch = 32, lookback = 96, horizon = 96, variates = 7, marks = 4;
        TorchRuntime.ManualSeed(1);
        var model = new ITransformer(new ForecastShape(lookback, horizon, 48, variates, marks, 24, false), options);
        var optimizer = new Adam(model.Parameters(), new AdamOptions { LearningRate = 1e-4 });
        var input = new ForecastInput(Functional.Randn([batch, lookback, variates]), Functional.Randn([batch, lookback, marks]));
        var target = Functional.Randn([batch, horizon, variates]);
        return () =>
        {
            using var scope = new TensorScope();
            optimizer.ZeroGrad();
            var loss = model.Call(input).MseLoss(target);
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

    private static double Measure(double seconds, int warmUp, int unitsOfEach, Action work)
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
