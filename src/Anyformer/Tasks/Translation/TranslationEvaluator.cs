using Anyformer.Comparison.Texts;
using Anyformer.Data.Texts;
using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Translation;

/// <summary>Measures a translator; the model is in evaluation mode while it runs.</summary>
/// <param name="data">The texts.</param>
/// <param name="search">How test texts are translated.</param>
/// <param name="device">Where the model is.</param>
public sealed class TranslationEvaluator(TranslationData data, TranslationSearch search, Device device)
{
    /// <summary>The mean of minus the logarithm of the probability given to the next token of the validation translations.</summary>
    public double Loss(SequenceToSequenceModel model)
    {
        var (sum, count) = (0.0, 0L);
        foreach (var texts in data.Validation.OrderBy(text => text.Length).Chunk(search.BatchSize))
            Answer(model, texts, (scores, labels) =>
            {
                sum += scores.CrossEntropyLoss(labels, reduction: 2, ignoreIndex: data.To.Special.Pad!.Value).Item<double>();
                count += texts.Sum(text => text.ToIds.Length + 1);
            });
        return sum / count;
    }

    /// <summary>The BLEU of the translated test texts.</summary>
    public Bleu Bleu(SequenceToSequenceModel model) =>
        Comparison.Texts.Bleu.Of(Translations(model), [.. data.Test.Select(text => (IReadOnlyList<string>)[text.To])]);

    /// <summary>The translations of the first test texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="count">How many; null for all.</param>
    public IReadOnlyList<string> Translations(SequenceToSequenceModel model, int? count = null) =>
        new TextTranslator(model, data.From, data.To, data.Tokens, device).Translate([.. data.Test.Take(count ?? data.Test.Count).Select(text => text.From)], search);

    /// <summary>How fast a model reads texts with their translations.</summary>
    public InferenceSpeed MeasureSpeed(SequenceToSequenceModel model) => InferenceSpeed.Measure(
        texts => Answer(model, [.. texts.Select(text => data.Validation[text])], (scores, _) => scores.ToArray<float>()), data.Validation.Count, search.BatchSize);

    private void Answer(SequenceToSequenceModel model, TranslatedText[] texts, Action<Tensor, Tensor> use)
    {
        using var scope = new TensorScope();
        using var inference = Autograd.InferenceMode();
        var wasTraining = model.IsTraining;
        model.Eval();
        try
        {
            var batch = TranslationBatch.Of(texts, data, device);
            var scores = model.CallDecoder(batch.Target, model.CallEncoder(batch.Source), batch.Source.Real);
            use(scores.Flatten(0, 1), batch.Labels.Flatten());
        }
        finally
        {
            model.Train(wasTraining);
        }
    }
}
