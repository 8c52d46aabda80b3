using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// An encoder-decoder that emits the whole horizon in one pass: the decoder reads the last label steps of the history, followed by a zero for
/// every step to forecast (Zhou et al., AAAI 2021, arXiv 2012.07436, section 3.3).
/// </summary>
public abstract class GenerativeForecaster : Forecaster
{
    private readonly ForecastShape _shape;
    private readonly int? _decoderVariates;

    /// <summary>A forecaster whose decoder reads the last <paramref name="decoderVariates"/> variates; all for null.</summary>
    /// <exception cref="UserException">The label is longer than the history.</exception>
    protected GenerativeForecaster(ForecastShape shape, int? decoderVariates)
    {
        if (shape.LabelLength > shape.Lookback)
            throw new UserException($"The label length must not exceed the lookback of {shape.Lookback} steps, found {shape.LabelLength}.");
        (_shape, _decoderVariates) = (shape, decoderVariates);
    }

    /// <inheritdoc/>
    public override bool ReadsFutureMarks => true;

    /// <summary>The model as the reference calls it, with the decoder's input given.</summary>
    /// <param name="past">(batch, lookback, variates).</param>
    /// <param name="pastMarks">(batch, lookback, marks) or null.</param>
    /// <param name="start">The decoder's input, (batch, label + horizon, decoder variates).</param>
    /// <param name="startMarks">(batch, label + horizon, marks) or null.</param>
    /// <returns>(batch, horizon, output variates).</returns>
    public Tensor Decode(Tensor past, Tensor? pastMarks, Tensor start, Tensor? startMarks)
    {
        using var scope = new TensorScope();
        return scope.Keep(Generate(past, pastMarks, start, startMarks)[.., ^_shape.Horizon..]);
    }

    /// <summary>The output for every step that the decoder reads, (batch, label + horizon, output variates); see <see cref="Decode"/>.</summary>
    protected abstract Tensor Generate(Tensor past, Tensor? pastMarks, Tensor start, Tensor? startMarks);

    /// <inheritdoc/>
    protected sealed override Tensor Forward(ForecastInput input) => Decode(input.Past, input.PastMarks, Start(input.Past), input.FutureMarks);

    private Tensor Start(Tensor past)
    {
        var variates = _decoderVariates ?? (int)past.Size(2);
        if (variates > past.Size(2))
            throw new UserException($"The decoder cannot read {variates} variates of a history of {past.Size(2)}.");
        var label = past[.., (_shape.Lookback - _shape.LabelLength).., ^variates..];
        return Functional.Cat([label, past.NewZeros([past.Size(0), _shape.Horizon, variates])], 1);
    }
}
