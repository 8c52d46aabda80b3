using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Data.TimeSeries;

/// <summary>Cases of the forecasting papers' data loaders (thuml/iTransformer, <c>data_provider/data_loader.py</c>): windows, marks, scaling, counts.</summary>
[Reference("forecasting-protocol")]
internal sealed class ForecastingProtocolReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var config = parity.Config;
        var size = config.Ints("size");
        var loader = parity.Entry[(parity.Entry.LastIndexOf('_') + 1)..];
        var shape = new WindowShape(size[0], size[2], size[1]);
        var series = TimeSeriesReader.Read(DataPath(parity), ReadOptions(config, loader)).Series;
        var borders = Rule(loader).Borders(series.RowCount, shape);
        var data = new ForecastingSeries(series, Scaler(series, borders.Train, config.Bool("scale")), new MarkFeatures(Calendar(config, loader)));
        var windows = new ForecastingWindows(data, Rows(borders, config.String("flag")), shape);

        var outputs = Gather(windows, Array.ConvertAll(parity.Input("index").ToArray<long>(), static index => (int)index));
        outputs["length"] = Tensor.From([(long)windows.Count]);
        outputs["scaler.mean"] = Tensor.From([.. data.Scaler.Mean]);
        outputs["scaler.scale"] = Tensor.From([.. data.Scaler.Deviation]);
        return new ParityResult(outputs);
    }

    /// <summary>The data lies beside the cases: <c>data/</c> next to <c>parity/</c>.</summary>
    private static string DataPath(ParityCase parity) => Path.GetFullPath(Path.Combine(parity.Folder, "..", "..", "..", "data", parity.Config.String("data")));

    /// <summary>All columns, or with <c>S</c> the target alone; the loader for custom sets moves the target last.</summary>
    private static TimeSeriesReadOptions ReadOptions(ReferenceConfig config, string loader)
    {
        var (features, target) = (config.String("features"), config.String("target"));
        return new TimeSeriesReadOptions
        {
            DateColumn = "date",
            Columns = features == "S" ? [target] : null,
            Target = loader == "Custom" && features != "S" ? target : null,
        };
    }

    private static SplitRule Rule(string loader) => loader switch
    {
        "hour" => SplitRule.EttHour,
        "minute" => SplitRule.EttMinute,
        "Custom" => SplitRule.Default,
        _ => throw new UserException($"The data loader '{loader}' of the case is unknown; expected hour, minute or Custom."),
    };

    private static StandardScaler Scaler(TimeSeries series, RowRange train, bool scale) => scale
        ? StandardScaler.Fit(series.Rows(train), series.VariateCount)
        : StandardScaler.Identity(series.VariateCount);

    /// <summary>Fractions go by the frequency; integers by the loader, whose own frequency is fixed.</summary>
    private static CalendarFeatures Calendar(ReferenceConfig config, string loader)
    {
        var frequency = TimeFrequencyCodes.Parse(config.String("freq"));
        return config.Int("timeenc") == 1
            ? new CalendarFeatures(frequency)
            : new CalendarFeatures(loader == "minute" ? TimeFrequency.Minute : TimeFrequency.Hour, CalendarEncoding.Index);
    }

    private static RowRange Rows(SplitBorders borders, string flag) => flag switch
    {
        "train" => borders.Train,
        "val" => borders.Validation,
        "test" => borders.Test,
        _ => throw new UserException($"The part '{flag}' of the case is unknown; expected train, val or test."),
    };

    private static Dictionary<string, Tensor> Gather(ForecastingWindows windows, int[] index)
    {
        var (shape, variates, marks) = (windows.Shape, windows.VariateCount, windows.MarkCount);
        var outputs = new Dictionary<string, Tensor>
        {
            ["seq_x"] = Functional.Empty([index.Length, shape.LookBack, variates]),
            ["seq_y"] = Functional.Empty([index.Length, shape.FutureLength, variates]),
            ["seq_x_mark"] = Functional.Empty([index.Length, shape.LookBack, marks]),
            ["seq_y_mark"] = Functional.Empty([index.Length, shape.FutureLength, marks]),
        };
        windows.Gather(index, outputs["seq_x"].AsSpan<float>(), outputs["seq_y"].AsSpan<float>(),
            outputs["seq_x_mark"].AsSpan<float>(), outputs["seq_y_mark"].AsSpan<float>());
        return outputs;
    }
}
