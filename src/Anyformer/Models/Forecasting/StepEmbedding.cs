using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Time steps as tokens: a circular convolution over three steps, sinusoids, and the calendar, added up (Zhou et al., AAAI 2021, arXiv 2012.07436, appendix B).
/// (batch, steps, variates) to (batch, steps, width).
/// </summary>
public sealed class StepEmbedding : Module
{
    private const int LongestSeries = 5000;

    /// <summary>An embedding with fresh weights.</summary>
    public StepEmbedding(int variates, int width, TensorModule calendar, double dropout)
    {
        Values = new Conv1d(variates, width, kernel: 3, bias: false);
        Initialization.KaimingNormal(Values.Weight, slope: 0);
        Positions = Sinusoids.Interleaved(LongestSeries, width).Unsqueeze(0).OutliveScopes();
        Calendar = calendar;
        Dropout = new Dropout(dropout);
    }

    private Conv1d Values { get; }

    /// <summary>(1, 5000, width).</summary>
    [Buffer]
    private Tensor Positions { get; }

    private TensorModule Calendar { get; }

    private Dropout Dropout { get; }

    /// <summary>The tokens of a series.</summary>
    /// <param name="series">(batch, steps, variates).</param>
    /// <param name="marks">(batch, steps, marks), null without a calendar.</param>
    /// <exception cref="UserException">The series is longer than 5000 steps.</exception>
    public Tensor Call(Tensor series, Tensor? marks)
    {
        using var scope = new TensorScope();
        var steps = (int)series.Size(1);
        if (steps > LongestSeries)
            throw new UserException($"The step embedding takes at most {LongestSeries} steps, found {steps}.");
        var channels = series.Transpose(1, 2);
        var around = Functional.Cat([channels[.., .., ^1..], channels, channels[.., .., ..1]], 2);
        var tokens = Values.Call(around).Transpose(1, 2) + Positions[.., ..steps];
        return scope.Keep(Dropout.Call(marks is null ? tokens : tokens + Calendar.Call(marks)));
    }
}
