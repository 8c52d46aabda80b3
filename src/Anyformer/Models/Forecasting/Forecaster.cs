using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>A model that continues several series at once.</summary>
public abstract class Forecaster : Module
{
    /// <summary>True when the number of variates is free at run time, so that variates unseen in training can be forecast.</summary>
    public virtual bool TakesAnyVariates => false;

    /// <summary>True when the forecast goes by the marks of the horizon too.</summary>
    public virtual bool ReadsFutureMarks => false;

    /// <summary>The continuation of every variate, (batch, horizon, variates).</summary>
    public Tensor Call(ForecastInput input)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(input));
    }

    /// <summary>The continuation.</summary>
    protected abstract Tensor Forward(ForecastInput input);
}

/// <summary>What a forecaster sees of a batch of windows.</summary>
/// <param name="Past">The history, (batch, lookback, variates).</param>
/// <param name="PastMarks">Marks of the history, (batch, lookback, marks): the calendar, then columns known ahead; null without either.</param>
/// <param name="FutureMarks">Marks of the last label steps of the history and of the horizon, (batch, label + horizon, marks).</param>
public sealed record ForecastInput(Tensor Past, Tensor? PastMarks = null, Tensor? FutureMarks = null);

/// <summary>The sizes a forecaster is built for.</summary>
/// <param name="Lookback">Steps of history.</param>
/// <param name="Horizon">Steps to forecast.</param>
/// <param name="LabelLength">Steps of history that decoders see again before the horizon.</param>
/// <param name="Variates">Series side by side.</param>
/// <param name="Marks">Marks a step, of the calendar and of columns known ahead; 0 without either.</param>
/// <param name="Season">Steps after which the series repeat, as far as their step tells: 24 for hours.</param>
/// <param name="IntegerMarks">True when marks are integers (month, day, weekday, hour, quarter) instead of fractions in [-0.5, 0.5].</param>
/// <param name="Known">How many of the marks, the last ones, are standardised columns that are known ahead.</param>
public sealed record ForecastShape(
    int Lookback, int Horizon, int LabelLength, int Variates, int Marks, int Season, bool IntegerMarks, int Known = 0);
