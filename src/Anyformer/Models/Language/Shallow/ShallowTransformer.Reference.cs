using System.Text.Json;
using Anyformer.Attention;
using Anyformer.Attention.Shallow;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Tasks.Language;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Shallow;

/// <summary>Cases of vulus98/Rethinking-attention: a Transformer with replacements, and how a network learns.</summary>
[Reference("shallow-ff-attention")]
internal sealed class ShallowTransformerReference : ReferenceAdapter
{
    private const string Network = "FFNetwork_", OfDecoder = "FFNetwork_decoder_", Across = "FFNetwork_cross_decoder_";

    public override ParityResult Run(ParityCase parity) =>
        parity.Config.Has("class") ? new LearningReference().Run(parity) : new WholeReference().Run(parity);

    /// <summary>The size that a class of the reference is named after.</summary>
    private static ShallowSize Size(string name) => name[(name.LastIndexOf('_') + 1)..] switch
    {
        "XS" => ShallowSize.Xs,
        "S" => ShallowSize.S,
        "M" => ShallowSize.M,
        "L" => ShallowSize.L,
        "XL" => ShallowSize.Xl,
        _ => throw new UserException($"The class of a network should be named {Network}XS, S, M, L or XL, found '{name}'."),
    };

    /// <summary>The layers of a network.</summary>
    private static StateDictLayout Layers(StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}input_norm.{{p}}", $"{official}layers.0.{{p}}")
        .Rename($"{own}hidden.{{p}}", $"{official}layers.1.{{p}}")
        .Rename($"{own}hidden_norm.{{p}}", $"{official}layers.3.{{p}}")
        .Rename($"{own}output.{{p}}", $"{official}layers.4.{{p}}");

    /// <summary>The whole model.</summary>
    private sealed class WholeReference : TranslationReference<ShallowTransformer>
    {
        private ShallowTransformerOptions? _options;

        protected override ShallowTransformer Build(ParityCase parity)
        {
            _options = new ShallowTransformerOptions
            {
                Transformer = OriginalTransformer.Options(parity.Config),
                Replacements = new(parity.Config.Json("replace").EnumerateArray().Select(Replacement)),
            };
            var shape = OriginalTransformer.Shape(parity.Config, parity.Config.Int("MAX_LEN"));
            return new ShallowTransformer(shape, _options, side => new ReferenceParts(_options, shape, side));
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout();
            foreach (var replacement in _options!.Replacements)
                Replaced(layout, replacement, replacement.Layers!.Single(), _options.Transformer.Heads);
            return OriginalTransformer.AddTo(layout, "transformer.");
        }

        private static ShallowReplacement Replacement(JsonElement item)
        {
            var (place, approach) = (item[0].GetString()!, item[1].GetString()!);
            return new ShallowReplacement
            {
                Place = place switch
                {
                    "encoder" => ShallowPlace.Encoder,
                    "decoder" => ShallowPlace.Decoder,
                    "decoder_ca" => ShallowPlace.CrossAttention,
                    _ => throw new UserException($"A replacement should stand in encoder, decoder or decoder_ca, found '{place}'."),
                },
                Approach = approach switch
                {
                    "ALR" => ShallowApproach.Attention,
                    "ALSR" => ShallowApproach.Heads,
                    "ALRR" => ShallowApproach.Sublayer,
                    "ELR" => ShallowApproach.Layer,
                    _ => throw new UserException($"An approach should be ALR, ALSR, ALRR or ELR, found '{approach}'."),
                },
                Size = Size(item[2].GetString()!),
                Layers = [item[3].GetInt32()],
            };
        }

        /// <summary>The network of a layer, and the parts beside it that the reference keeps without using them.</summary>
        private static void Replaced(StateDictLayout layout, ShallowReplacement replacement, int layer, int heads)
        {
            var stack = replacement.Place == ShallowPlace.Encoder ? "encoder" : "decoder";
            string own = $"transformer.{stack}.blocks.{layer}", official = $"{stack}.{stack}_layers.{layer}";
            switch (replacement)
            {
                case { Place: ShallowPlace.Decoder }:
                    Attention(layout, $"{own}.self_attention.network.", $"{official}.trg_multi_headed_attention");
                    break;
                case { Place: ShallowPlace.CrossAttention }:
                    Attention(layout, $"{own}.cross_attention.network.", $"{official}.src_multi_headed_attention");
                    break;
                case { Approach: ShallowApproach.Attention }:
                    Attention(layout, $"{own}.mixer.sentence.network.", $"{official}.multi_headed_attention");
                    break;
                case { Approach: ShallowApproach.Heads }:
                    HeadNetworks(layout, $"{own}.mixer.", $"{official}.multi_headed_attention.attention.ff_list.{{n}}.layers", heads);
                    Unused(layout, $"{official}.multi_headed_attention.attention.qkv_nets.{{n}}.{{p}}", $"{official}.multi_headed_attention.qkv_nets.{{n}}.{{p}}");
                    break;
                case { Approach: ShallowApproach.Sublayer }:
                    Layers(layout, $"{own}.mixer.network.", $"{official}.sublayer_zero.FFNetwork.");
                    Unused(layout, $"{official}.multi_headed_attention.qkv_nets.{{n}}.{{p}}", $"{official}.multi_headed_attention.out_projection_net.{{p}}",
                        $"{official}.multi_headed_attention.attention.qkv_nets.{{n}}.{{p}}", $"{official}.sublayers.0.norm.{{p}}");
                    break;
                default:
                    Layers(layout, $"{own}.mixer.network.", $"{official}.FFNetwork.");
                    break;
            }
        }

        private static void Attention(StateDictLayout layout, string own, string official)
        {
            Layers(layout, own, $"{official}.attention.ff.");
            Unused(layout, $"{official}.qkv_nets.{{n}}.{{p}}", $"{official}.attention.qkv_nets.{{n}}.{{p}}");
        }

        private static void HeadNetworks(StateDictLayout layout, string own, string official, int heads)
        {
            foreach (var (part, name) in new[] { ("norm", "0"), ("hidden", "1"), ("hidden_norm", "3"), ("output", "4") })
                layout.Unstack($"{own}{part}_weight", $"{official}.{name}.weight", heads).Unstack($"{own}{part}_bias", $"{official}.{name}.bias", heads);
        }

        private static void Unused(StateDictLayout layout, params string[] names)
        {
            foreach (var name in names)
                layout.Unused(name);
        }
    }

    /// <summary>
    /// Parts that compute in the order of the reference: attention divides scores behind the product, and a decoder's network runs once for every token. The
    /// norm of a network of two hidden units leaves of them no more than which is the larger, and gradients before it are differences of nearly equal
    /// numbers: only the same order of operations gives the same digits.
    /// </summary>
    private sealed class ReferenceParts(ShallowTransformerOptions options, TranslationShape shape, StackSide side) : ShallowParts(options, shape, side)
    {
        protected override TokenMixer SelfAttention(int layer) => base.SelfAttention(layer) switch
        {
            MultiHeadAttention => Attention(MixerShape(layer)),
            CausalShallowAttention mixer => new TokenByToken(mixer, MixerShape(layer)),
            var mixer => mixer,
        };

        protected override CrossMixer CrossAttention(int layer) =>
            base.CrossAttention(layer) is var mixer && mixer is MultiHeadAttention ? Attention(MixerShape(layer)) : mixer;

        private static MultiHeadAttention Attention(TokenMixerShape shape) => new(shape, new DividedAttention());
    }

    /// <summary>The parts of a <see cref="CausalShallowAttention"/>, whose network reads for each token the whole sentence with what comes later zeroed.</summary>
    private sealed class TokenByToken(CausalShallowAttention mixer, TokenMixerShape shape) : TokenMixer
    {
        private ShallowNetwork Network { get; } = mixer.Network;

        private Linear OutputProjection { get; } = mixer.OutputProjection;

        protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
        {
            var (row, width) = (Sentences.Flatten(tokens, null, shape.Tokens), tokens.Size(2));
            var seen = mask!.Table(tokens.Size(1), tokens.Size(1))!.Squeeze(1).ConstantPadNd([0, shape.Tokens - tokens.Size(1)]);
            var contexts = seen.Unbind(1).Select(visible => Network.Call(row * visible.RepeatInterleave(width, 1)));
            return OutputProjection.Call(Sentences.Masked(Functional.Stack([.. contexts], 1), mask.Keys));
        }
    }

    /// <summary><c>softmax(Q K^T / sqrt(head width)) V</c>, divided there.</summary>
    private sealed class DividedAttention : AttentionFunction
    {
        protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) =>
            MaskedSoftmax.Of(queries.MatMul(keys.Transpose(-2, -1)) / Math.Sqrt(queries.Size(-1)), mask).MatMul(values);
    }

    /// <summary>One network, what it gives for what it learns from, and the loss.</summary>
    private sealed class LearningReference : ModelReference<Module>
    {
        protected override Module Build(ParityCase parity)
        {
            var (name, shape) = (parity.Config.String("class"), new TokenMixerShape(parity.Config.Int("sentence_length"), parity.Config.Int("model_dimension"), 1));
            var numbers = shape.Tokens * shape.Width;
            if (name.StartsWith(OfDecoder, StringComparison.Ordinal))
                return new CausalShallowAttention(shape, new ShallowAttentionOptions { Size = Size(name) });
            var inputs = name.StartsWith(Across, StringComparison.Ordinal) ? 2 * numbers : numbers;
            return new ShallowNetwork(inputs, Size(name).Hidden(inputs), numbers);
        }

        protected override StateDictLayout Layout(ParityCase parity) =>
            Layers(new StateDictLayout(), parity.Config.String("class").StartsWith(OfDecoder, StringComparison.Ordinal) ? "network." : "", "");

        protected override IReadOnlyDictionary<string, Tensor> Weights(ParityCase parity) =>
            Build(parity) is not CausalShallowAttention mixer ? parity.Weights
                // A mixer has an output projection behind the network, which the case leaves out and nothing here calls.
                : new Dictionary<string, Tensor>([.. parity.Weights, .. mixer.StateDict().Where(item => item.Key.StartsWith("output_projection", StringComparison.Ordinal))]);

        protected override IReadOnlyDictionary<string, Tensor> Call(Module module, ParityCase parity)
        {
            var (data, mask) = (parity.Input("data"), parity.Input("mask"));
            var prediction = module is CausalShallowAttention mixer
                ? Sentences.Masked(mixer.OfVisible(data, mask.To(data.DType)), mask[.., -1])
                : ((ShallowNetwork)module).Call(data) * mask;
            return new Dictionary<string, Tensor> { ["pred"] = prediction, ["loss"] = AttentionDistillation.Loss(prediction, parity.Input("label"), mask) };
        }
    }
}
