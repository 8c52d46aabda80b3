using System.Diagnostics;
using Anyformer.Attention;
using Anyformer.Torch;

namespace Anyformer.Inspection;

/// <summary>What a token mixer costs at a number of tokens, measured.</summary>
/// <param name="Tokens">Tokens of a sample.</param>
/// <param name="ForwardSeconds">A forward pass in evaluation, median.</param>
/// <param name="StepSeconds">A forward and a backward pass in training, median.</param>
/// <param name="PeakBytes">What a forward and a backward pass add to the resident memory at their most.</param>
public sealed record MixerCost(int Tokens, double ForwardSeconds, double StepSeconds, long PeakBytes)
{
    // Short calls are repeated until a clock can tell them apart.
    private const double LeastSeconds = 0.05;

    /// <summary>Measures a mixer on random tokens.</summary>
    /// <param name="mixer">The mixer.</param>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What may not be seen.</param>
    /// <param name="rounds">How often each is measured, after a first time that does not count.</param>
    public static MixerCost Of(TokenMixer mixer, Tensor tokens, AttentionMask? mask, int rounds)
    {
        mixer.Eval();
        var forward = Median(rounds, () =>
        {
            using var scope = new TensorScope();
            using var noGrad = Autograd.NoGrad();
            mixer.Call(tokens, mask);
        });
        mixer.Train();
        void Step()
        {
            using var scope = new TensorScope();
            mixer.Call(tokens, mask).Square().Mean().Backward();
        }

        var step = Median(rounds, Step);
        ProcessMemory.ResetPeak();
        var before = ProcessMemory.Resident;
        Step();
        return new MixerCost((int)tokens.Size(1), forward, step, Math.Max(ProcessMemory.Peak - before, 0));
    }

    /// <summary>The power of x with which y grows: the slope of the straight line through the logarithms, by least squares.</summary>
    /// <param name="points">At least two points of different x, all above 0.</param>
    public static double Exponent(IEnumerable<(double X, double Y)> points)
    {
        var logs = points.Select(point => (X: Math.Log(point.X), Y: Math.Log(point.Y))).ToArray();
        var (meanX, meanY) = (logs.Average(point => point.X), logs.Average(point => point.Y));
        return logs.Sum(point => (point.X - meanX) * (point.Y - meanY)) / logs.Sum(point => (point.X - meanX) * (point.X - meanX));
    }

    private static double Median(int rounds, Action call)
    {
        var first = Seconds(1, call);
        // The first call also makes plans and compiles; short ones are tried again to know how many make a round.
        var calls = first < LeastSeconds ? (int)Math.Ceiling(LeastSeconds / Math.Max(Seconds(1, call), 1e-5)) : 1;
        double[] seconds = [.. Enumerable.Range(0, rounds).Select(_ => Seconds(calls, call)).Order()];
        return (seconds[(rounds - 1) / 2] + seconds[rounds / 2]) / 2;
    }

    private static double Seconds(int calls, Action call)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
            call();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
