using Anyformer.Checkpoints;
using Anyformer.Models.Language.Decoding;
using Anyformer.Parity;
using Anyformer.Tasks.Language;
using Anyformer.Torch;
using Anyformer.Training.Schedules;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>
/// Cases of the first Transformer: a model with norms inside the branches, the stacks of torch.nn with norms behind them, decoding, and how it is trained.
/// </summary>
[Reference("vanilla-transformer")]
internal sealed class OriginalTransformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var config = parity.Config;
        if (config.Has("smoothing_value"))
            return Train(parity);
        if (config.Has("d_model"))
            return new TorchStackReference().Run(parity);
        return config.Has("max_target_tokens") ? new DecodingReference().Run(parity) : new WholeReference().Run(parity);
    }

    /// <summary>The loss with smoothed labels, and learning rates.</summary>
    private static ParityResult Train(ParityCase parity)
    {
        var (config, scores) = (parity.Config, parity.Input("log_probs"));
        scores.RequiresGrad = true;
        var targets = parity.Input("trg_token_ids_batch_gt").Squeeze(-1);
        var criterion = new LabelSmoothedLoss(config.Double("smoothing_value"), config.Int("pad_token_id"));
        var sum = criterion.Sum(scores, targets);
        var loss = config.String("reduction") switch
        {
            "batchmean" => sum / scores.Size(0),
            "mean" => sum / scores.ElementCount,
            "sum" => sum,
            var other => throw new UserException($"The reduction of the case should be batchmean, mean or sum, found '{other}'."),
        };
        Autograd.Backward([loss], [parity.Input("probe.loss")]);
        var schedule = new NoamSchedule { Width = config.Int("model_dimension"), WarmupSteps = config.Int("num_of_warmup_steps") };
        var rates = parity.Input("steps").ToArray<long>().Select(step => (float)schedule.Factor(new TrainingProgress(step - 1, 0, 1, 1))).ToArray();
        return new ParityResult(
            new Dictionary<string, Tensor>
            {
                ["smooth_target_distributions"] = criterion.Distributions(targets, (int)scores.Size(1)),
                ["loss"] = loss,
                ["learning_rate"] = Tensor.From<float>(rates),
            },
            new Dictionary<string, Tensor> { ["input.log_probs"] = scores.Grad! });
    }

    /// <summary>The model with norms inside the branches.</summary>
    private sealed class WholeReference : TranslationReference<TransformerEncoderDecoder>
    {
        protected override TransformerEncoderDecoder Build(ParityCase parity) =>
            new(OriginalTransformer.Shape(parity.Config), OriginalTransformer.Options(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => OriginalTransformer.Layout();
    }

    /// <summary>Texts that the model writes, the most probable token each time or by beam search.</summary>
    private sealed class DecodingReference : ModelReference<TransformerEncoderDecoder>
    {
        protected override TransformerEncoderDecoder Build(ParityCase parity) =>
            new(OriginalTransformer.Shape(parity.Config), OriginalTransformer.Options(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => OriginalTransformer.Layout();

        protected override IReadOnlyDictionary<string, Tensor> Call(TransformerEncoderDecoder module, ParityCase parity)
        {
            var config = parity.Config;
            var (padding, begin, end) = (config.Int("pad_token_id"), config.Int("bos_token_id"), config.Int("eos_token_id"));
            var most = config.Int("max_target_tokens");
            var tokens = parity.Input("src_token_ids_batch");
            var source = new TextInput(tokens) { Real = tokens.Ne(padding) };
            var model = new PaddedWriting(module, padding);
            var greedy = new TextGenerator(new GenerationOptions { Temperature = 0, MaxTokens = most, EndTokens = [end] }).Generate(model, source, begin);
            var scoring = new LengthPenaltyScoring(config.Double("length_penalty_alpha"));
            BeamText[] beams = [.. new BeamSearch(config.Int("beam_size"), most, end, scoring).Write(model, source, begin).Select(texts => texts[0])];
            return new Dictionary<string, Tensor>
            {
                ["greedy_ids"] = WrittenRows.Of(greedy, begin, padding),
                ["greedy_lengths"] = Tensor.From<long>([.. greedy.Select(text => text.Count + 1L)]),
                ["beam_ids"] = WrittenRows.Of([.. beams.Select(text => text.Tokens)], begin, padding),
                ["beam_score"] = Tensor.From<float>([.. beams.Select(text => (float)text.Score)]),
            };
        }
    }

    /// <summary>A model that takes the token of padding for padding in what it writes too, as the reference does; so it reads all of it anew.</summary>
    private sealed class PaddedWriting(SequenceToSequenceModel model, int padding) : SequenceToSequenceModel
    {
        private SequenceToSequenceModel Model { get; } = model;

        protected override Tensor Read(TextInput source) => Model.CallEncoder(source);

        protected override Tensor Write(TextInput target, Tensor memory, Tensor? sourceReal) =>
            Model.CallDecoder(target with { Real = target.Tokens.Ne(padding) }, memory, sourceReal);
    }
}
