using System.Diagnostics;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>How fast a trained forecaster answers.</summary>
/// <param name="LatencyMilliseconds">The median time of one window alone.</param>
/// <param name="Throughput">Windows a second in full batches.</param>
public sealed record ForecastSpeed(double LatencyMilliseconds, double Throughput)
{
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(0.4);

    /// <summary>Measures on the test windows, copying them to the device included.</summary>
    public static ForecastSpeed Measure(Forecaster model, ForecastData data, int batchSize, Device device)
    {
        var evaluator = new ForecastEvaluator(data, data.Test, batchSize, device);
        var full = Enumerable.Range(0, Math.Min(batchSize, data.Test.Count)).ToArray();
        return new ForecastSpeed(1000 * MedianSeconds(() => evaluator.Forecast(model, [0])), full.Length / MedianSeconds(() => evaluator.Forecast(model, full)));
    }

    private static double MedianSeconds(Action work)
    {
        const int warmUp = 3, least = 5;
        for (var i = 0; i < warmUp; i++)
            work();
        var seconds = new List<double>();
        var total = Stopwatch.StartNew();
        while (seconds.Count < least || total.Elapsed < s_measured)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }
}
