using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Some windows as tensors: what the forecaster sees, and what came of it.</summary>
/// <param name="Input">What the forecaster sees.</param>
/// <param name="Target">What came, (batch, horizon, variates), standardised.</param>
/// <param name="TargetMask">True where the target is known, of its shape; null when all of it is.</param>
public sealed record ForecastBatch(ForecastInput Input, Tensor Target, Tensor? TargetMask = null)
{
    /// <summary>Copies windows straight into tensors, with numbers in the place of <see cref="MissingValues"/>.</summary>
    public static ForecastBatch Of(ForecastingWindows windows, ReadOnlySpan<int> batch, Device device)
    {
        var (shape, variates, features) = (windows.Shape, windows.VariateCount, windows.MarkCount);
        var past = Functional.Empty([batch.Length, shape.LookBack, variates]);
        var future = Functional.Empty([batch.Length, shape.FutureLength, variates]);
        var pastMarks = Functional.Empty([batch.Length, shape.LookBack, features]);
        var futureMarks = Functional.Empty([batch.Length, shape.FutureLength, features]);
        windows.Gather(batch, past.AsSpan<float>(), future.AsSpan<float>(), pastMarks.AsSpan<float>(), futureMarks.AsSpan<float>());
        var (target, known) = (future[.., shape.LabelLength..], (Tensor?)null);
        if (windows.HasMissing)
        {
            target = target.Contiguous();
            known = Mask(past, target);
        }

        var input = features == 0
            ? new ForecastInput(past.To(device))
            : new ForecastInput(past.To(device), pastMarks.To(device), futureMarks.To(device));
        return new ForecastBatch(input, target.To(device), known?.To(device));
    }

    /// <summary>Fills the histories; takes what is missing out of the targets, and tells what is left, null for all.</summary>
    private static Tensor? Mask(Tensor past, Tensor target)
    {
        var size = (int)(past.Size(1) * past.Size(2));
        for (var rest = past.AsSpan<float>(); rest.Length > 0; rest = rest[size..])
            MissingValues.CarryForward(rest[..size], (int)past.Size(2));
        var known = Functional.Empty(target.Shape, DType.Bool);
        return MissingValues.TakeOut(target.AsSpan<float>(), known.AsSpan<bool>()) ? null : known;
    }
}
