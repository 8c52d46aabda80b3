using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>A forecaster whose weights, all but those of its head, can be learnt from the series alone before it learns to forecast.</summary>
public interface IPretrainable
{
    /// <summary>The pre-training, which holds the forecaster's own weights and a head of its own.</summary>
    /// <param name="maskRatio">The share of each series that is hidden, between 0 and 1.</param>
    /// <exception cref="UserException">The forecaster's options leave nothing to hide, or hide nothing.</exception>
    SeriesPretraining Pretraining(double maskRatio);
}

/// <summary>Learns weights of a forecaster by restoring what was hidden of a series.</summary>
public abstract class SeriesPretraining : Module
{
    /// <summary>How badly what was hidden is restored, a tensor of one element; what is hidden is drawn with <see cref="RandomDraws"/>.</summary>
    /// <param name="series">(batch, lookback, variates).</param>
    public Tensor Loss(Tensor series)
    {
        using var scope = new TensorScope();
        return scope.Keep(Forward(series));
    }

    /// <summary>The loss.</summary>
    protected abstract Tensor Forward(Tensor series);
}
