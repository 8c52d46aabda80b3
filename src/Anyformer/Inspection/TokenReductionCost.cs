using System.Diagnostics;
using Anyformer.Models.Vision;
using Anyformer.Recipes;
using Anyformer.TokenReduction;
using Anyformer.Torch;

namespace Anyformer.Inspection;

/// <summary>What a model of images costs when it merges tokens, measured beside itself without.</summary>
/// <param name="Merged">Tokens that every layer merges.</param>
/// <param name="ImagesPerSecond">Images a second in evaluation, median.</param>
/// <param name="SpeedUp">How many times as fast as without merging, the median of what each round says.</param>
/// <param name="Agreement">The share of images that get the same class as without merging.</param>
/// <param name="PeakBytes">What a batch adds to the resident memory at its most.</param>
public sealed record TokenReductionCost(int Merged, double ImagesPerSecond, double SpeedUp, double Agreement, long PeakBytes)
{
    /// <summary>Measures a model. Every round takes every setting in turn, so that all see the same machine.</summary>
    /// <param name="model">The model; it is left frozen for inference. One whose layers cannot lose tokens is measured as it is.</param>
    /// <param name="images">(batch, channels, height, width).</param>
    /// <param name="merged">Tokens to merge in a layer; what merges none is measured first in any case.</param>
    /// <param name="rounds">How often each is measured, after a first time that does not count.</param>
    public static IReadOnlyList<TokenReductionCost> Of(ImageClassifier model, Tensor images, IEnumerable<int> merged, int rounds)
    {
        int[] levels = model is ITokenReducing ? [.. merged.Append(0).Distinct().Order()] : [0];
        model.Freeze();
        var first = levels.Select(level => Answer(model, images, level)).ToArray();
        var seconds = levels.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
            for (var i = 0; i < levels.Length; i++)
                seconds[i][round] = Answer(model, images, levels[i]).Seconds;
        return [.. levels.Select((level, i) => new TokenReductionCost(
            level,
            images.Size(0) / Median(seconds[i]),
            Median([.. seconds[0].Zip(seconds[i], static (without, with) => without / with)]),
            first[i].Classes.Zip(first[0].Classes).Count(static pair => pair.First == pair.Second) / (double)images.Size(0),
            Peak(model, images, level)))];
    }

    private static (long[] Classes, double Seconds) Answer(ImageClassifier model, Tensor images, int merged)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        (model as ITokenReducing)?.ReduceTokens(merged == 0 ? null : Part<TokenReducer>.Of("tome", new TokenMergingOptions { Merged = merged }));
        var start = Stopwatch.GetTimestamp();
        var scores = model.Call(images);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (scores.ArgMax(-1).ToArray<long>(), seconds);
    }

    private static long Peak(ImageClassifier model, Tensor images, int merged)
    {
        ProcessMemory.ResetPeak();
        var before = ProcessMemory.Resident;
        Answer(model, images, merged);
        return Math.Max(ProcessMemory.Peak - before, 0);
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
