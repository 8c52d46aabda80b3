using Anyformer.Comparison;
using Anyformer.Inspection;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Tasks.Forecasting;

/// <summary>The best models of a comparison taken together: the mean of their forecasts, measured like any model.</summary>
internal sealed class ForecastEnsemble(ForecastSettings settings, ForecastData data, Device device)
{
    /// <summary>The id of the ensemble among the models.</summary>
    internal const string Id = "ensemble";

    /// <summary>Joins the models with the lowest ranking error, and adds the ensemble to them.</summary>
    internal ModelResult Run(List<TrainedForecaster> trained)
    {
        var members = trained.Where(model => double.IsFinite(model.Error)).OrderBy(model => model.Error).Take(settings.Ensemble).ToArray();
        var model = new EnsembleForecaster([.. members.Select(member => member.Forecaster)]);
        model.Eval();
        var batchSize = settings.Evaluation.BatchSize;
        var evaluation = ForecastEvaluation.Of(model, new ForecastEvaluator(data, data.Validation, batchSize, device),
            new ForecastEvaluator(data, data.Test, batchSize, device), settings.Evaluation.Coverage);
        var speed = new ForecastEvaluator(data, data.Test, batchSize, device).MeasureSpeed(model);
        var result = new ModelResult
        {
            Id = Id,
            Name = $"Mean of {string.Join(", ", members.Select(member => member.Result.Name))}",
            Parameters = members.Sum(member => member.Result.Parameters),
            Seeds = [new SeedResult
            {
                Seed = (ulong)settings.Seeds[0],
                Errors = evaluation.Errors,
                IntervalCoverage = evaluation.TestIntervals.Coverage,
                Steps = 0,
                Epochs = 0,
                TrainingSeconds = members.Sum(member => member.Result.Seeds.MinBy(seed => seed.ErrorOf(ForecastErrors.Ranking))!.TrainingSeconds),
                TrainingThroughput = double.NaN,
                LatencyMilliseconds = speed.LatencyMilliseconds,
                InferenceThroughput = speed.Throughput,
                PeakMemoryBytes = ProcessMemory.Peak is > 0 and var peak ? peak : double.NaN,
                Curve = [],
            }],
        };
        trained.Add(new TrainedForecaster(result, model, evaluation.Intervals));
        return result;
    }
}
