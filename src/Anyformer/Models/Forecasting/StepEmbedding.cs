using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Time steps as tokens: a circular convolution over three steps, sinusoids, and the calendar, added up (Zhou et al., AAAI 2021,
/// arXiv 2012.07436, appendix B). (batch, steps, variates) to (batch, steps, width).
/// </summary>
public sealed class StepEmbedding : Module
{
    private const int LongestSeries = 5000;

    /// <summary>An embedding with fresh weights.</summary>
    /// <param name="variates">Series side by side.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="calendar">Makes tokens of calendar marks; null without a calendar.</param>
    /// <param name="dropout">Probability of dropout on the sum.</param>
    /// <param name="bias">Whether the convolution has a bias.</param>
    /// <param name="positions">Whether sinusoids tell the steps apart.</param>
    public StepEmbedding(int variates, int width, TensorModule? calendar, double dropout, bool bias = false, bool positions = true)
    {
        Values = new CircularConv1d(variates, width, bias: bias);
        Initialization.KaimingNormal(Values.Weight, slope: 0);
        Positions = positions ? Sinusoids.Interleaved(LongestSeries, width).Unsqueeze(0).OutliveScopes() : null;
        Calendar = calendar;
        Dropout = new Dropout(dropout);
    }

    private CircularConv1d Values { get; }

    /// <summary>(1, 5000, width).</summary>
    [Buffer]
    private Tensor? Positions { get; }

    private TensorModule? Calendar { get; }

    private Dropout Dropout { get; }

    /// <summary>The tokens of a series.</summary>
    /// <param name="series">(batch, steps, variates).</param>
    /// <param name="marks">(batch, steps, marks), null without a calendar.</param>
    /// <exception cref="UserException">The series is longer than the 5000 steps that the sinusoids tell apart.</exception>
    public Tensor Call(Tensor series, Tensor? marks)
    {
        using var scope = new TensorScope(this);
        var tokens = Values.Call(series);
        if (Positions is not null)
            tokens += PositionsOf((int)series.Size(1));
        if (Calendar is not null && marks is not null)
            tokens += Calendar.Call(marks);
        return scope.Keep(Dropout.Call(tokens));
    }

    private Tensor PositionsOf(int steps) => steps <= LongestSeries
        ? Positions![.., ..steps]
        : throw new UserException($"The step embedding takes at most {LongestSeries} steps, found {steps}.");
}
