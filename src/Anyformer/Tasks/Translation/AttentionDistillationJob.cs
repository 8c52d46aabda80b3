using Anyformer.Data.Texts;
using Anyformer.Modules;
using Anyformer.Tasks.Language;
using Anyformer.Torch;
using Anyformer.Training;

namespace Anyformer.Tasks.Translation;

/// <summary>Training the shallow networks of a translator to give what a teacher's attention gives, each by itself.</summary>
public sealed class AttentionDistillationJob : TrainingJob
{
    private readonly AttentionDistillation _distillation;
    private readonly TranslationData _data;
    private readonly Device _device;
    private readonly LengthBuckets _batches;

    /// <summary>A job on texts.</summary>
    /// <param name="distillation">The student and its teacher, on <paramref name="device"/>.</param>
    /// <param name="data">The texts.</param>
    /// <param name="batchSize">Texts of a batch.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="device">Where batches go.</param>
    public AttentionDistillationJob(AttentionDistillation distillation, TranslationData data, int batchSize, long seed, Device device)
    {
        (_distillation, _data, _device) = (distillation, data, device);
        _batches = new LengthBuckets([.. data.Train.Select(text => text.Length)], batchSize, seed);
    }

    /// <inheritdoc/>
    public override Module Model => _distillation.Student;

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
        return scope.Keep(Losses([.. _batches[batch].Select(text => _data.Train[text])]).Aggregate((sum, loss) => sum + loss));
    }

    /// <summary>The mean loss of all networks on the validation texts, and that of each.</summary>
    public override IReadOnlyDictionary<string, double> Validate()
    {
        using var inference = Autograd.InferenceMode();
        var sums = new double[_distillation.Names.Count];
        foreach (var texts in _data.Validation.OrderBy(text => text.Length).Chunk(BatchSize))
        {
            using var scope = new TensorScope();
            foreach (var (network, loss) in Losses(texts).Index())
                sums[network] += loss.Item<double>() * texts.Length / _data.Validation.Count;
        }

        return sums.Index().ToDictionary(item => _distillation.Names[item.Index], item => item.Item).Prepend(new("loss", sums.Average())).ToDictionary();
    }

    private IReadOnlyList<Tensor> Losses(IReadOnlyList<TranslatedText> texts)
    {
        var batch = TranslationBatch.Of(texts, _data, _device);
        return _distillation.Losses(batch.Source, batch.Target);
    }
}
