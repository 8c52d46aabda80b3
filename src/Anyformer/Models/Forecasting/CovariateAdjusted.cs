using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Lets any forecaster use columns that are known ahead: a linear regression on them, whose part is taken out of the history before the model
/// and put back over the horizon after it. The model continues what the columns do not tell, and both are trained together (regression with
/// errors of a time-series model: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, chapter 10).
/// </summary>
public sealed class CovariateAdjusted : Forecaster
{
    private readonly int _horizon;
    private readonly int _known;

    /// <summary>A model and a regression whose effects are none yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="shape">The sizes that it was built for, with known columns.</param>
    public CovariateAdjusted(Forecaster model, ForecastShape shape)
    {
        (_horizon, _known) = (shape.Horizon, shape.Known);
        Model = model;
        Effects = new Linear(shape.Known, shape.Variates, bias: false);
        using var noGrad = Autograd.NoGrad();
        Effects.Weight.ZeroInPlace();
    }

    /// <inheritdoc/>
    public override bool ReadsFutureMarks => true;

    private Forecaster Model { get; }

    private Linear Effects { get; }

    /// <summary>Begins with given effects instead of none.</summary>
    /// <param name="effects">What a step of one in a known column does to a variate, (variates, known columns), standardised.</param>
    public void BeginWith(Tensor effects)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        Effects.Weight.CopyInPlace(effects);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        var past = Effects.Call(input.PastMarks![.., .., ^_known..]);
        var future = Effects.Call(input.FutureMarks![.., ^_horizon.., ^_known..]);
        return Model.Call(input with { Past = input.Past - past }) + future;
    }
}
