using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>Maps all patches of a series at once to its continuation: (batch, variates, patches, width) to (batch, variates, horizon).</summary>
internal sealed class PatchTstHead : TensorModule
{
    internal PatchTstHead(ForecastShape shape, Patching patching, PatchTstOptions options)
    {
        var features = options.Width * patching.Count;
        Forecast = options.Individual ? new LinearPerVariate(shape.Variates, features, shape.Horizon) : new Linear(features, shape.Horizon);
        FeatureDropout = new Dropout(options.FeatureDropout);
        Dropout = new Dropout(options.HeadDropout);
    }

    private TensorModule Forecast { get; }

    private Dropout FeatureDropout { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        // Published weights count through the width outside and the patches inside.
        var features = input.Transpose(2, 3).Flatten(2);
        return Dropout.Call(Forecast.Call(FeatureDropout.Call(features)));
    }
}
