namespace Anyformer.Data.TimeSeries;

/// <summary>The sizes of a forecasting window, in rows.</summary>
public sealed record WindowShape
{
    /// <summary>A window of <paramref name="lookBack"/> known rows and <paramref name="horizon"/> rows to forecast.</summary>
    /// <param name="lookBack">Rows that the model sees (<c>seq_len</c>), at least 1.</param>
    /// <param name="horizon">Rows to forecast (<c>pred_len</c>), at least 1.</param>
    /// <param name="labelLength">
    /// Last known rows that an encoder-decoder model is given again (<c>label_len</c>), 0 to the look-back.
    /// </param>
    /// <exception cref="UserException">A size is out of its bounds.</exception>
    public WindowShape(int lookBack, int horizon, int labelLength = 0)
    {
        if (lookBack < 1)
            throw new UserException(FormattableString.Invariant($"The look-back is {lookBack}, expected at least 1."));
        if (horizon < 1)
            throw new UserException(FormattableString.Invariant($"The horizon is {horizon}, expected at least 1."));
        if (labelLength < 0 || labelLength > lookBack)
            throw new UserException(FormattableString.Invariant($"The label length is {labelLength}, expected 0 to the look-back, {lookBack}."));
        (LookBack, Horizon, LabelLength) = (lookBack, horizon, labelLength);
    }

    /// <summary>Rows that the model sees.</summary>
    public int LookBack { get; }

    /// <summary>Rows to forecast.</summary>
    public int Horizon { get; }

    /// <summary>Last known rows at the head of the future part.</summary>
    public int LabelLength { get; }

    /// <summary>Rows of the whole window: look-back and horizon.</summary>
    public int Length => LookBack + Horizon;

    /// <summary>Rows of the future part: label and horizon.</summary>
    public int FutureLength => LabelLength + Horizon;
}
