using Anyformer.Data.TimeSeries;
using Anyformer.Models.Forecasting;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Forecasting;

/// <summary>Pre-training on the histories of the training windows, validated by the same loss on those of the validation windows.</summary>
public sealed class PretrainingJob : TrainingJob
{
    private readonly SeriesPretraining _model;
    private readonly ForecastData _data;
    private readonly ShuffledBatches _batches;
    private readonly Device _device;
    private readonly long _seed;

    /// <summary>A job of a pre-training on data.</summary>
    /// <param name="model">The pre-training, on <paramref name="device"/>.</param>
    /// <param name="data">What it learns.</param>
    /// <param name="batchSize">Windows of a batch.</param>
    /// <param name="seed">Decides the order of the windows, and what validation hides.</param>
    /// <param name="device">Where batches go.</param>
    public PretrainingJob(SeriesPretraining model, ForecastData data, int batchSize, long seed, Device device)
    {
        (_model, _data, _seed, _device) = (model, data, seed, device);
        _batches = new ShuffledBatches(data.Train.Count, batchSize, seed);
    }

    /// <inheritdoc/>
    public override Module Model => _model;

    /// <inheritdoc/>
    public override int BatchCount => _batches.Count;

    /// <inheritdoc/>
    public override int BatchSize => _batches.BatchSize;

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _batches.BeginEpoch(epoch);

    /// <inheritdoc/>
    public override Tensor Loss(int batch)
    {
        using var scope = new TensorScope();
        return scope.Keep(_model.Loss(Histories(_data.Train, _batches[batch])));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        using var inference = Autograd.InferenceMode();
        using var generator = Generator.Default(_device);
        var training = generator.GetState();
        // The same parts are hidden after every epoch, or luck would decide which was best; and training draws on as if nobody had asked.
        generator.Seed(_seed);
        var sum = 0.0;
        foreach (var batch in Enumerable.Range(0, _data.Validation.Count).Chunk(BatchSize))
        {
            using var scope = new TensorScope();
            sum += batch.Length * _model.Loss(Histories(_data.Validation, batch)).Item<double>();
        }

        generator.SetState(training);
        return new Dictionary<string, double> { ["loss"] = sum / _data.Validation.Count };
    }

    private Tensor Histories(ForecastingWindows windows, ReadOnlySpan<int> batch) =>
        ForecastBatch.Of(windows, batch, _device).Input.Past;
}
