using Anyformer.Comparison;

namespace Anyformer.Tests.Comparison;

/// <summary>A comparison as a run would leave it, made of drawn figures: six models that finished and two that failed.</summary>
internal static class SampleComparison
{
    private static readonly (string Id, string Name, double Error, double Latency, long Parameters)[] Finished =
    [
        ("itransformer", "iTransformer", 0.231, 3.9, 841_568),
        ("patchtst", "PatchTST", 0.2335, 6.2, 3_751_776),
        ("crossformer", "Crossformer", 0.262, 14.8, 11_375_112),
        ("dlinear", "DLinear", 0.2402, 0.62, 18_624),
        ("informer", "Informer", 0.412, 9.7, 11_328_007),
        ("nystromformer", "Nyströmformer", 0.236, 2.7, 1_204_231),
    ];

    public static ComparisonResult Create(params ulong[] seeds) => new()
    {
        Experiment = Experiment([.. seeds]),
        Models =
        [
            .. Finished.Select(model => Model(model.Id, model.Name, model.Error, model.Latency, model.Parameters, seeds)),
            .. Failed(),
        ],
        Forecasts = [Forecast("OT", 0), Forecast("HUFL", 2), Forecast("LULL", 4)],
    };

    public static Experiment Experiment(IReadOnlyList<ulong> seeds) => new()
    {
        Title = "Forecasting ETTh1, 96 hours ahead",
        Command = "anyformer compare forecast --data ETTh1.csv --models itransformer,patchtst,crossformer,dlinear,informer,nystromformer",
        StartedAt = new(2025, 3, 14, 9, 26, 53, TimeSpan.Zero),
        DurationSeconds = 1324.4,
        Machine = [new("Processor", "AMD EPYC 9R14, 2 cores"), new("Memory", "16 GiB"), new("System", "Debian 12")],
        Data = new()
        {
            Source = "ETTh1.csv",
            Rows = 17_420,
            Variates = 7,
            Frequency = "1 hour",
            Splits = [new("train", 8640), new("validation", 2880), new("test", 2880)],
            LookBack = 96,
            Horizon = 96,
        },
        Budget = "at most 10 epochs or 120 s",
        Seeds = seeds,
        Metrics =
        [
            new("validation-mse", "validation MSE", "Mean squared error on the validation rows, each variate standardised."),
            new("test-mse", "test MSE", "Mean squared error on the test rows, each variate standardised."),
            new("test-mae", "test MAE", "Mean absolute error on the test rows, each variate standardised."),
            new("test-rmse-original", "original RMSE", "Root mean squared error on the test rows, in the units of the data."),
            new("test-mape", "original MAPE", "Mean absolute percentage error on the test rows, in percent."),
            new("test-mase", "original MASE", "Mean absolute error on the test rows over that of the naive seasonal forecast."),
        ],
        ItemName = "windows",
    };

    private static ModelResult Model(string id, string name, double error, double latency, long parameters, ulong[] seeds) => new()
    {
        Id = id,
        Name = name,
        Parameters = parameters,
        Seeds = [.. seeds.Select(seed => Seed(seed, error, latency, parameters))],
    };

    private static IEnumerable<ModelResult> Failed() =>
    [
        new() { Id = "autoformer", Name = "Autoformer", Failure = "The loss was NaN at step 412.", Parameters = 10_535_943, Seeds = [] },
        new() { Id = "pyraformer", Name = "Pyraformer", Failure = "A look-back of 96 is no multiple of the window of 5.", Seeds = [] },
    ];

    private static SeedResult Seed(ulong seed, double error, double latency, long parameters)
    {
        var draw = new Random((int)seed + (int)parameters);
        var measured = error * (1 + 0.012 * (draw.NextDouble() - 0.5));
        return new()
        {
            Seed = seed,
            Errors = new Dictionary<string, double>
            {
                ["validation-mse"] = measured,
                ["test-mse"] = measured * 1.64,
                ["test-mae"] = Math.Sqrt(measured) * 0.86,
                ["test-rmse-original"] = Math.Sqrt(measured) * 12.4,
                ["test-mape"] = double.NaN,
                ["test-mase"] = measured * 3.9,
            },
            Steps = 2700,
            Epochs = 10,
            TrainingSeconds = 9.3 * latency,
            TrainingThroughput = 8640 / (0.93 * latency),
            LatencyMilliseconds = latency * (1 + 0.02 * draw.NextDouble()),
            InferenceThroughput = 21_500 / latency,
            PeakMemoryBytes = 2.1e8 + 40.0 * parameters,
            Curve = [.. Enumerable.Range(1, 90).Select(point => Point(point * 30, error, latency, draw))],
        };
    }

    private static LearningCurvePoint Point(int step, double error, double latency, Random draw)
    {
        var loss = error * (1 + 2.2 * Math.Exp(-step / 420.0) + 0.02 * draw.NextDouble());
        return new(step, step * latency * 0.00344, loss * (0.9 - 0.00005 * step), step % 270 == 0 ? loss : double.NaN);
    }

    private static ForecastSample Forecast(string variate, int shift)
    {
        double At(int hour) => 20 + shift + 6 * Math.Sin((hour + shift) * Math.Tau / 24) + 2 * Math.Sin(hour * Math.Tau / 61);
        string Time(int hour) => new DateTime(2018, 3, 1).AddHours(hour).ToString("yyyy-MM-ddTHH:mm:ss");
        return new()
        {
            Variate = variate,
            HistoryTimes = [.. Enumerable.Range(0, 96).Select(Time)],
            History = [.. Enumerable.Range(0, 96).Select(At)],
            TruthTimes = [.. Enumerable.Range(96, 96).Select(Time)],
            Truth = [.. Enumerable.Range(96, 96).Select(At)],
            Predictions = [.. Finished.Select(model =>
                new ModelForecast(model.Id, [.. Enumerable.Range(96, 96).Select(hour => At(hour) + Drift(model.Error, hour))]))],
        };

        static double Drift(double error, int hour) => (hour - 90) * (error - 0.2) / 4;
    }
}
