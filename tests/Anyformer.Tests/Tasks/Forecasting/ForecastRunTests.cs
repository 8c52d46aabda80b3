using System.Globalization;
using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Recipes;
using Anyformer.Tasks.Forecasting;
using Anyformer.Tasks.Forecasting.Losses;
using Anyformer.Torch;
using Anyformer.Training.Logging;

namespace Anyformer.Tests.Tasks.Forecasting;

[Collection(DefaultGenerator.Name)]
public sealed class ForecastRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public ForecastRunTests() => _path = WaveTable.Write(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("itransformer", CalendarMarks.Fraction, true)]
    [InlineData("itransformer", CalendarMarks.None, false)]
    [InlineData("dlinear", CalendarMarks.Fraction, true)]
    [InlineData("ts-transformer", CalendarMarks.Fraction, true)]
    [InlineData("ts-transformer", CalendarMarks.None, true)]
    public void TheForecastOfAWindowIsTheEvaluators(string id, CalendarMarks marks, bool standardize)
    {
        var recipe = WaveTable.Recipe(_path, id);
        var run = Trained(recipe with { Data = recipe.Data with { Marks = marks, Standardize = standardize, Columns = ["c", "a"] } });
        var window = run.Data.Test.Count - 1;
        var expected = new ForecastEvaluator(run.Data, run.Data.Test, 1, Device.Cpu).Forecast(run.Model, [window]);
        var scaler = run.Data.Series[0].Scaler;

        // The table without the rows that the last window forecasts.
        var cut = _folder["cut.csv"];
        File.WriteAllLines(cut, File.ReadLines(_path).SkipLast(6));
        var forecast = ForecastPredictor.Open(_folder["run"]).Predict(cut);
        Assert.Equal(["c", "a"], forecast.Variates);
        Assert.Equal(run.Data.SeriesInMemory().Times[^6..], forecast.Times);
        Assert.Equal(expected.Select((value, i) => value * scaler.Deviation[i % 2] + scaler.Mean[i % 2]), forecast.Values,
            (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Theory]
    [InlineData("dlinear", CalendarMarks.Fraction)]
    [InlineData("itransformer", CalendarMarks.Fraction)]
    [InlineData("ts-transformer", CalendarMarks.None)]
    public void ColumnsKnownAheadAreToldToEveryModel(string id, CalendarMarks marks)
    {
        var recipe = WaveTable.Recipe(_path, id);
        var run = Trained(recipe with { Data = recipe.Data with { Marks = marks, Known = ["b"] } });
        Assert.Equal((2, marks == CalendarMarks.None ? 1 : 5, 1), (run.Data.Shape.Variates, run.Data.Shape.Marks, run.Data.Shape.Known));
        var window = run.Data.Test.Count - 1;
        var expected = new ForecastEvaluator(run.Data, run.Data.Test, 1, Device.Cpu).Forecast(run.Model, [window]);
        var scaler = run.Data.Series[0].Scaler;

        // The last six rows as the future: a and c empty.
        string Future(double more) => string.Join('\n', File.ReadLines(_path).Select((line, i) => (Cells: line.Split(','), i)).Select(row =>
            row.i <= WaveTable.Rows - 6 ? string.Join(',', row.Cells)
            : string.Create(CultureInfo.InvariantCulture, $"{row.Cells[0]},,{double.Parse(row.Cells[2], CultureInfo.InvariantCulture) + more},")));
        File.WriteAllText(_folder["future.csv"], Future(0));
        File.WriteAllText(_folder["other.csv"], Future(1));
        var predictor = ForecastPredictor.Open(_folder["run"]);
        var forecast = predictor.Predict(_folder["future.csv"]);
        Assert.Equal(["a", "c"], forecast.Variates);
        Assert.Equal(run.Data.SeriesInMemory().Times[^6..], forecast.Times);
        Assert.Equal(expected.Select((value, i) => value * scaler.Deviation[i % 2] + scaler.Mean[i % 2]), forecast.Values,
            (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.NotEqual(forecast.Values, predictor.Predict(_folder["other.csv"]).Values);
    }

    [Fact]
    public void TheFutureOfKnownColumnsMustBeThere()
    {
        var recipe = WaveTable.Recipe(_path, "dlinear");
        Trained(recipe with { Data = recipe.Data with { Known = ["b"] } });
        var predictor = ForecastPredictor.Open(_folder["run"]);
        Assert.Equal($"{_path} has 0 rows after the last value, expected the 6 rows of the horizon, with b filled in and a, c left empty.",
            Message(() => predictor.Predict(_path)));
        var late = _folder["late.csv"];
        File.WriteAllLines(late, [.. File.ReadLines(_path), .. Enumerable.Range(1, 6).Select(hour => $"2024-01-17 {16 + hour}:00,,1,")]);
        Assert.Equal($"{late} has a row for 2024-01-17 17:00:00 after the last value, expected one for 2024-01-17 16:00:00.",
            Message(() => predictor.Predict(late)));
    }

    [Fact]
    public void ABaselineThatLearnsNothingStaysOne()
    {
        var data = WaveTable.Load(_path, section => section with { Known = ["b"] });
        Assert.IsType<SeasonalNaive>(ForecastModels.Build(new ModelSection { Id = "seasonal-naive" }, new SquaredLoss(), data, 1, Device.Cpu));
        Assert.IsType<CovariateAdjusted>(ForecastModels.Build(new ModelSection { Id = "dlinear" }, new SquaredLoss(), data, 1, Device.Cpu));
    }

    [Fact]
    public void ARunWritesItselfDown()
    {
        var run = Trained(WaveTable.Recipe(_path, "dlinear") with { Training = WaveTable.Training with { Epochs = 2 } });
        Assert.True(run.CanResume);
        var read = Assert.IsType<ForecastRecipe>(Recipe.Load(ForecastRun.RecipePath(run.Folder)));
        Assert.Equal(run.Recipe, read);
        Assert.Equal(2, MetricsLog.Read(Path.Combine(run.Folder, "metrics.jsonl")).Count);
        Assert.Single(Directory.GetFiles(Path.Combine(run.Folder, "tensorboard")));
        Assert.Equal(["best.safetensors", "last.safetensors"],
            Directory.GetFiles(Path.Combine(run.Folder, "checkpoints")).Select(path => Path.GetFileName(path)!).Order());
        Assert.False(File.Exists(ForecastRun.IntervalsPath(run.Folder)));
        var (validation, test, intervals, _) = run.Evaluate();
        Assert.Equal(MetricsLog.Read(Path.Combine(run.Folder, "metrics.jsonl")).Min(entry => entry.Metrics["validation-loss"]),
            validation.Overall.MeanSquaredError, 1e-9);
        Assert.True(test.Overall.MeanAbsoluteError > 0);
        Assert.True(File.Exists(ForecastRun.IntervalsPath(run.Folder)));
        Assert.Equal(["dlinear"], run.Samples(intervals)[0].Predictions.Select(prediction => prediction.ModelId));
    }

    [Fact]
    public void ABrokenOffRunGoesOnToTheSameEnd()
    {
        var recipe = WaveTable.Recipe(_path, "itransformer") with { Training = WaveTable.Training with { Epochs = 3 } };
        var whole = Trained(recipe, "whole");
        using (var cancellation = new CancellationTokenSource())
        {
            var first = new ForecastRun(recipe, WaveTable.Store, _folder["cut"]);
            Assert.False(first.CanResume);
            var state = first.Train(resume: false, new StopAt(9, cancellation), cancellation.Token);
            Assert.Equal((9L, false), (state.Step, state.Finished));
        }

        var second = new ForecastRun(recipe, WaveTable.Store, _folder["cut"]);
        Assert.True(second.CanResume);
        var end = second.Train(resume: true, new StopAt(-1, null), default);
        Assert.Equal((21L, true), (end.Step, end.Finished));
        Assert.Equal([7L, 14, 21], second.LearningCurve().Select(point => point.Step));
        Assert.Equal(whole.LearningCurve().Select(point => (point.TrainLoss, point.ValidationLoss)),
            second.LearningCurve().Select(point => (point.TrainLoss, point.ValidationLoss)));
        foreach (var (name, tensor) in whole.Model.StateDict())
            Tensors.AssertSame(tensor, second.Model.StateDict()[name]);
    }

    [Fact]
    public void SeriesUnseenAreForecastByAModelThatIsFree()
    {
        Trained(WaveTable.Recipe(_path, "itransformer"));
        var predictor = ForecastPredictor.Open(_folder["run"]);
        var forecast = predictor.PredictUnseen(WaveTable.Write(_folder, "other.csv", 60, "p", "q", "r", "s", "t")).Forecasts.Single();
        Assert.Equal(["p", "q", "r", "s", "t"], forecast.Variates);
        Assert.Equal((6, 30), (forecast.Times.Count, forecast.Values.Length));
        // Column q runs between 8 and 12, t between 35 and 45.
        Assert.All(forecast.Values.Chunk(5), row => Assert.True(row[1] is > 5 and < 15 && row[4] is > 25 and < 55));
    }

    [Fact]
    public void AModelBoundToItsVariatesRefusesOthers()
    {
        Trained(WaveTable.Recipe(_path, "ts-transformer"));
        var predictor = ForecastPredictor.Open(_folder["run"]);
        var other = WaveTable.Write(_folder, "other.csv", 60, "p", "q");
        Assert.Equal("The model ts-transformer forecasts only the 3 variates it was trained on: a, b, c.",
            Message(() => predictor.PredictUnseen(other)));
        Assert.Equal($"{other}: there is no column 'a' (columns: date, p, q).", Message(() => predictor.Predict(other)));
        var few = WaveTable.Write(_folder, "few.csv", 23);
        Assert.Equal($"{few} has 23 rows, expected at least the lookback of 24.", Message(() => predictor.Predict(few)));
        Assert.Equal(6, predictor.Predict(WaveTable.Write(_folder, "enough.csv", 24)).Times.Count);
    }

    [Fact]
    public void MissingValuesAreFilledAsTheRecipeOrTheCallerSays()
    {
        var gap = _folder["gap.csv"];
        File.WriteAllLines(gap, File.ReadLines(_path).Select((line, i) => i == 390 ? line.Split(',')[0] + ",,1,2" : line));
        Trained(WaveTable.Recipe(_path, "dlinear"), "strict");
        var recipe = WaveTable.Recipe(_path, "dlinear");
        Trained(recipe with { Data = recipe.Data with { Fill = FillPolicy.Forward } }, "filling");
        var strict = ForecastPredictor.Open(_folder["strict"]);
        Assert.Contains("gap.csv", Message(() => strict.Predict(gap)));
        Assert.Equal(strict.Predict(gap, FillPolicy.Forward).Values, ForecastPredictor.Open(_folder["filling"]).Predict(gap).Values);
        Assert.NotEqual(strict.Predict(gap, FillPolicy.Forward).Values,
            ForecastPredictor.Open(_folder["filling"]).Predict(gap, FillPolicy.Zero).Values);
    }

    [Fact]
    public void AFolderThatIsNoRunIsRefused()
    {
        var checkpoint = Path.Combine(_folder["none"], "checkpoints", "best.safetensors");
        Assert.Equal($"The folder '{_folder["none"]}' holds no trained run: expected {Path.Combine(_folder["none"], "recipe.yaml")} and {checkpoint}.",
            Message(() => ForecastPredictor.Open(_folder["none"])));
        Trained(WaveTable.Recipe(_path, "dlinear"));
        Assert.StartsWith("The device 'cuda:99' is not there", Message(() => ForecastPredictor.Open(_folder["run"], "cuda:99")));
        File.WriteAllText(Path.Combine(_folder["run"], "checkpoints", "best.safetensors"), "damaged and no checkpoint");
        Assert.Contains("cannot be read as a safetensors file", Message(() => ForecastPredictor.Open(_folder["run"])));
    }

    [Fact]
    public void WhatCannotBeTrainedIsTold()
    {
        Assert.Equal("SeasonalNaive has no parameters, so there is nothing to train.",
            Message(() => Trained(WaveTable.Recipe(_path, "seasonal-naive"))));
        var recipe = WaveTable.Recipe(_path, "dlinear");
        Assert.StartsWith("Device 'tpu' is unknown", Message(() => Trained(recipe with { Training = recipe.Training with { Device = "tpu" } })));
        Assert.StartsWith("The calendar 'learned' does not read fractional marks.", Message(() => Trained(WaveTable.Recipe(
            _path, "ts-transformer", (TimeSeriesTransformerOptions)WaveTable.Small("ts-transformer")
                with
            { Calendar = CalendarKind.Learned }))));
    }

    [Fact]
    public void APredictionHasTheIntervalsOfTheEvaluation()
    {
        var run = Trained(WaveTable.Recipe(_path, "dlinear"));
        var predictor = ForecastPredictor.Open(_folder["run"]);
        Assert.Null(predictor.Predict(_path).Bounds);
        run.Evaluate();
        var forecast = ForecastPredictor.Open(_folder["run"]).Predict(_path);
        Assert.Equal(0.9, forecast.Bounds!.Coverage);
        Assert.All(Enumerable.Range(0, 18), i => Assert.True(forecast.Bounds.Lower[i] < forecast.Values[i] && forecast.Values[i] < forecast.Bounds.Upper[i]));
        Assert.Equal(run.Data.SeriesInMemory().Values[^(24 * 3)..], forecast.History);
        Assert.Null(ForecastPredictor.Open(_folder["run"]).PredictUnseen(_path).Forecasts[0].Bounds);
    }

    [Fact]
    public void AModelOfQuantilesIsTrainedSavedAndPredictedWith()
    {
        var recipe = WaveTable.Recipe(_path, "dlinear") with { Loss = new QuantileLoss { Levels = [0.05, 0.95] } };
        var run = Trained(recipe);
        var evaluation = run.Evaluate();
        Assert.InRange(evaluation.TestIntervals.Coverage, 0.7, 1);
        Assert.True(MetricsLog.Read(Path.Combine(run.Folder, "metrics.jsonl")).All(entry => entry.Metrics["validation-loss"] < entry.Metrics["validation-mae"]));
        Assert.Equal(recipe.Loss, Assert.IsType<ForecastRecipe>(Recipe.Load(ForecastRun.RecipePath(run.Folder))).Loss);
        var forecast = ForecastPredictor.Open(run.Folder).Predict(_path);
        Assert.All(Enumerable.Range(0, 18), i => Assert.InRange(forecast.Values[i], forecast.Bounds!.Lower[i], forecast.Bounds.Upper[i]));
    }

    [Fact]
    public void ForecastsAreAveraged()
    {
        var times = new[] { new DateTime(2024, 1, 1) };
        var one = new Forecast(["a", "b"], times, [1, 2]) { Bounds = new ForecastBounds(0.9, [0, 0], [2, 4]) };
        var two = new Forecast(["a", "b"], times, [3, 6]) { Bounds = new ForecastBounds(0.9, [1, 2], [4, 8]) };
        var mean = Forecast.MeanOf([one, two]);
        Assert.Equal([2.0, 4], mean.Values);
        Assert.Equal([0.5, 1], mean.Bounds!.Lower);
        Assert.Equal([3.0, 6], mean.Bounds.Upper);
        Assert.Null(Forecast.MeanOf([one, two with { Bounds = null }]).Bounds);
        Assert.Equal(
            "Forecasts can only be joined for the same times and variates, found 1 steps of a, b from 2024-01-01T00:00:00 on and 1 steps of a, c from 2024-01-01T00:00:00 on.",
            Message(() => Forecast.MeanOf([one, two with { Variates = ["a", "c"] }])));
    }

    [Fact]
    public void BoundsAreColumnsOfTheTable()
    {
        var forecast = new Forecast(["a", "b"], [new DateTime(2024, 1, 1)], [1, 2]) { Bounds = new ForecastBounds(0.9, [0, 0.5], [2, 4]) };
        ForecastTable.Write(_folder["f.csv"], forecast);
        Assert.Equal(["date,a,b,a_lower,a_upper,b_lower,b_upper", "2024-01-01 00:00:00,1,2,0,2,0.5,4"], File.ReadAllLines(_folder["f.csv"]));
    }

    [Fact]
    public void AForecastIsWrittenAsATable()
    {
        var times = new[] { new DateTime(2024, 1, 1, 22, 0, 0), new DateTime(2024, 1, 1, 23, 30, 0) };
        ForecastTable.Write(_folder["f.csv"], new Forecast(["a", "b,c"], times, [1.5, -2, 1e-7, 4]));
        Assert.Equal(["date,a,\"b,c\"", "2024-01-01 22:00:00,1.5,-2", "2024-01-01 23:30:00,1E-07,4"], File.ReadAllLines(_folder["f.csv"]));
    }

    private ForecastRun Trained(ForecastRecipe recipe, string folder = "run")
    {
        var run = new ForecastRun(recipe, WaveTable.Store, _folder[folder]);
        Assert.True(run.Train(resume: false, new StopAt(-1, null), default).Finished);
        return run;
    }

    private static string Message(Action act) => Assert.Throws<UserException>(act).Message;
}
