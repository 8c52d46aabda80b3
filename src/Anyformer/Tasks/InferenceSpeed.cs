using System.Diagnostics;

namespace Anyformer.Tasks;

/// <summary>How fast a trained model answers.</summary>
/// <param name="LatencyMilliseconds">The median time of one sample alone.</param>
/// <param name="Throughput">Samples a second in full batches.</param>
public sealed record InferenceSpeed(double LatencyMilliseconds, double Throughput)
{
    private static readonly TimeSpan s_measured = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);

    /// <summary>Of a model that is no use on its own.</summary>
    public static InferenceSpeed Unknown { get; } = new(double.NaN, double.NaN);

    /// <summary>Measures answers, copying the samples to the device included.</summary>
    /// <param name="answer">Answers for the samples of these numbers.</param>
    /// <param name="samples">How many samples there are.</param>
    /// <param name="batchSize">Samples of a full batch.</param>
    public static InferenceSpeed Measure(Action<int[]> answer, int samples, int batchSize)
    {
        var full = Enumerable.Range(0, Math.Min(batchSize, samples)).ToArray();
        return new InferenceSpeed(1000 * MedianSeconds(() => answer([0])), full.Length / MedianSeconds(() => answer(full)));
    }

    /// <summary>Several times, of slow work fewer, after a time or more that do not count.</summary>
    private static double MedianSeconds(Action work)
    {
        const int warmUp = 3, least = 5;
        var total = Stopwatch.StartNew();
        for (var i = 0; i < warmUp && total.Elapsed < s_longest; i++)
            work();
        var seconds = new List<double>();
        for (total.Restart(); seconds.Count == 0 || (total.Elapsed < s_longest && (seconds.Count < least || total.Elapsed < s_measured));)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }
}
