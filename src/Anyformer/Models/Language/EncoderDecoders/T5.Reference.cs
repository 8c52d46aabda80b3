using System.Globalization;
using System.Text.RegularExpressions;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Parity;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>Cases of T5 in Hugging Face's transformers: the model, what it writes, and its buckets of distances.</summary>
[Reference("t5")]
internal sealed class T5Reference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        if (parity.Inputs.ContainsKey("relative_position"))
            return Buckets(parity);
        return parity.Inputs.ContainsKey("labels") ? new WholeReference().Run(parity) : new WritingReference().Run(parity);
    }

    private static ParityResult Buckets(ParityCase parity)
    {
        parity.Config.WithoutEffect("variants");
        Tensor Of(string variant)
        {
            var parts = variant.Split('_');
            return RelativeBuckets.Exponential(parity.Input("relative_position"), int.Parse(parts[1], CultureInfo.InvariantCulture),
                int.Parse(parts[2], CultureInfo.InvariantCulture), parts[0] == "bidirectional");
        }

        return new ParityResult(parity.Outputs.Keys.ToDictionary(variant => variant, Of));
    }

    private static TextInput Source(ParityCase parity) =>
        new(parity.Input("input_ids")) { Real = parity.OptionalInput("attention_mask")?.Ne(0) };

    private abstract class ModelCase : ModelReference<T5>
    {
        private readonly T5Format _format = new();
        private T5? _model;

        protected sealed override T5 Build(ParityCase parity) => _model = _format.Build(parity.Config);

        protected sealed override StateDictLayout Layout(ParityCase parity) => _format.Layout(_model!);
    }

    /// <summary>Scores of the labels, their loss, and the states between layers.</summary>
    private sealed class WholeReference : ModelCase
    {
        private const int Ignored = -100;

        protected override IReadOnlyDictionary<string, Tensor> Call(T5 module, ParityCase parity)
        {
            var (source, labels) = (Source(parity), parity.Input("labels"));
            // Without a scale the gradients of single precision hang on roundings: attention is composed as the authors compose it.
            using var recorder = new Recorder();
            var memory = module.CallEncoder(source);
            var logits = module.CallDecoder(new TextInput(Shifted(labels, parity.Config)), memory, source.Real);
            var outputs = new Dictionary<string, Tensor>
            {
                ["logits"] = logits,
                ["loss"] = logits.Flatten(0, 1).CrossEntropyLoss(labels.Flatten(), ignoreIndex: Ignored),
                ["encoder_last_hidden_state"] = memory,
            };
            // The last of the states is given normalised.
            foreach (var (layer, state) in recorder.Named("decoder-states").SkipLast(1).Concat(recorder.Named("decoder-output")).Index())
                outputs[$"decoder_hidden_states.{layer}"] = state.Alias();
            return outputs.Where(output => parity.Outputs.ContainsKey(output.Key)).ToDictionary();
        }

        /// <summary>What the decoder reads to say the labels.</summary>
        private static Tensor Shifted(Tensor labels, ReferenceConfig config)
        {
            var first = Functional.Full([labels.Size(0), 1], config.Int("decoder_start_token_id", 0), DType.Int64);
            return Functional.Cat([first, labels.MaskedFill(labels.Eq(Ignored), config.Int("pad_token_id", 0))[.., ..^1]], 1);
        }
    }

    /// <summary>Texts written with the cache, and the scores of one of them token by token.</summary>
    private sealed class WritingReference : ModelCase
    {
        protected override IReadOnlyDictionary<string, Tensor> Call(T5 module, ParityCase parity)
        {
            var config = parity.Config;
            var (begin, end, padding) = (config.Int("decoder_start_token_id"), config.Int("eos_token_id"), config.Int("pad_token_id"));
            var most = (int)Setting(parity, "max_length") - 1;
            var source = Source(parity);
            var greedy = new TextGenerator(new GenerationOptions { Temperature = 0, MaxTokens = most, EndTokens = [end] }).Generate(module, source, begin);
            var scoring = new MeanScoring(Setting(parity, "length_penalty"));
            BeamText[] beams = [.. new BeamSearch((int)Setting(parity, "num_beams"), most, end, scoring).Write(module, source, begin).Select(texts => texts[0])];
            var ids = WrittenRows.Of(greedy, begin, padding);
            return new Dictionary<string, Tensor>
            {
                ["greedy_ids"] = ids,
                ["beam_ids"] = WrittenRows.Of([.. beams.Select(text => text.Tokens)], begin, padding),
                ["beam_scores"] = Tensor.From<float>([.. beams.Select(text => (float)text.Score)]),
                ["stepwise_logits"] = StepByStep(module, source, ids),
            };
        }

        private static Tensor StepByStep(T5 module, TextInput source, Tensor ids)
        {
            using var reading = TextReading.Of(module, source);
            return Functional.Cat([.. ids.Split(1, 1).Select(reading.ReadAll)], 1);
        }

        /// <summary>What the call of the case says.</summary>
        private static double Setting(ParityCase parity, string name) => Regex.Match(parity.Call, $@"\b{name}=([\d.]+)") is { Success: true } match
            ? double.Parse(match.Groups[1].Value.TrimEnd('.'), CultureInfo.InvariantCulture)
            : throw new UserException($"The call of the case should set {name}, found '{parity.Call}'.");
    }
}
