using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>Cases of torch.nn's TransformerEncoder and TransformerDecoder, which take vectors instead of tokens.</summary>
internal sealed class TorchStackReference : ModelReference<TorchStackReference.Stacks>
{
    protected override Stacks Build(ParityCase parity)
    {
        var config = parity.Config;
        var options = new EncoderDecoderOptions
        {
            Width = config.Int("d_model"),
            Heads = config.Int("nhead"),
            FeedForwardWidth = config.Int("dim_feedforward"),
            Dropout = config.Double("dropout", 0.1),
            Position = null,
            Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = config.Double("layer_norm_eps") }),
            Wiring = Part<Wiring>.Of(config.Bool("norm_first") ? "pre-norm" : "post-norm"),
            FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = config.String("activation") }),
            Layers = new LayerOptions { Count = config.Int("num_layers") },
        };
        return new Stacks(options, hasNorms: parity.Weights.ContainsKey("encoder.norm.weight"));
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var layout = new StateDictLayout();
        Fuse(layout, "encoder.blocks.{i}.mixer", "encoder.layers.{i}.self_attn");
        Fuse(layout, "decoder.blocks.{i}.self_attention", "decoder.layers.{i}.self_attn");
        Fuse(layout, "decoder.blocks.{i}.cross_attention", "decoder.layers.{i}.multihead_attn");
        return layout
            .Rename("{s}.blocks.{i}.feed_forward.hidden.{p}", "{s}.layers.{i}.linear1.{p}")
            .Rename("{s}.blocks.{i}.feed_forward.output.{p}", "{s}.layers.{i}.linear2.{p}")
            .Rename("encoder.blocks.{i}.mixer_wiring.norm.{p}", "encoder.layers.{i}.norm1.{p}")
            .Rename("encoder.blocks.{i}.feed_forward_wiring.norm.{p}", "encoder.layers.{i}.norm2.{p}")
            .Rename("decoder.blocks.{i}.self_attention_wiring.norm.{p}", "decoder.layers.{i}.norm1.{p}")
            .Rename("decoder.blocks.{i}.cross_attention_wiring.norm.{p}", "decoder.layers.{i}.norm2.{p}")
            .Rename("decoder.blocks.{i}.feed_forward_wiring.norm.{p}", "decoder.layers.{i}.norm3.{p}")
            .Rename("encoder_norm.{p}", "encoder.norm.{p}")
            .Rename("decoder_norm.{p}", "decoder.norm.{p}");
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(Stacks module, ParityCase parity)
    {
        var real = parity.OptionalInput("src_key_padding_mask")?.LogicalNot();
        var memory = module.Read(parity.Input("src"), real);
        return new Dictionary<string, Tensor> { ["memory"] = memory, ["output"] = module.Write(parity.Input("tgt"), memory, real) };
    }

    /// <summary>The fused projections of torch.nn's MultiheadAttention.</summary>
    private static void Fuse(StateDictLayout layout, string own, string official)
    {
        foreach (var part in new[] { "weight", "bias" })
            _ = layout.Merge($"{official}.in_proj_{part}", 0, $"{own}.query_projection.{part}", $"{own}.key_projection.{part}", $"{own}.value_projection.{part}");
        _ = layout.Rename($"{own}.output_projection.{{p}}", $"{official}.out_proj.{{p}}");
    }

    /// <summary>An encoder and a decoder without embeddings.</summary>
    internal sealed class Stacks : Module
    {
        private static readonly TranslationShape s_anyTexts = new(new LanguageShape(1, 1), new LanguageShape(1, 1));

        internal Stacks(EncoderDecoderOptions options, bool hasNorms)
        {
            EncoderDecoderParts reading = new(options, s_anyTexts, StackSide.Encoder), writing = new(options, s_anyTexts, StackSide.Decoder);
            (Encoder, Decoder) = (reading.Encoder(), writing.Decoder());
            (EncoderNorm, DecoderNorm) = hasNorms ? (options.Norm.Build(new NormalizationShape(options.Width)), options.Norm.Build(new NormalizationShape(options.Width)))
                : (null, null);
        }

        private LayerStack<EncoderBlock> Encoder { get; }

        private NormalizationLayer? EncoderNorm { get; }

        private LayerStack<DecoderBlock> Decoder { get; }

        private NormalizationLayer? DecoderNorm { get; }

        internal Tensor Read(Tensor source, Tensor? real)
        {
            var states = Encoder.Call(source, (block, current) => block.Call(current, real is null ? null : AttentionMask.OfTokens(real)));
            return EncoderNorm is null ? states : EncoderNorm.Call(states);
        }

        internal Tensor Write(Tensor target, Tensor memory, Tensor? real)
        {
            var memoryMask = real is null ? null : AttentionMask.OfKeys(real);
            var states = Decoder.Call(target, (block, current) => block.Call(current, memory, AttentionMask.Causal, memoryMask));
            return DecoderNorm is null ? states : DecoderNorm.Call(states);
        }
    }
}
