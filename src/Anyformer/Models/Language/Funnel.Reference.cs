using Anyformer.Attention.Downsampling;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Cases of Hugging Face's Funnel: the whole model, or its encoder alone.</summary>
[Reference("funnel")]
internal sealed class FunnelReference : ModelReference<Funnel>
{
    protected override Funnel Build(ParityCase parity)
    {
        var config = parity.Config;
        // Both forms of attention are one function; places and types need no tables.
        config.WithoutEffect("attention_type", "max_position_embeddings", "type_vocab_size", "initializer_range", "initializer_std");
        var isBase = parity.Entry.EndsWith(": FunnelBaseModel", StringComparison.Ordinal);
        var decoderLayers = config.Int("num_decoder_layers", 2);
        return new Funnel(config.Int("vocab_size", 30522), new FunnelOptions
        {
            BlockSizes = new(config.Has("block_sizes") ? config.Ints("block_sizes") : [4, 4, 4]),
            BlockRepeats = config.Has("block_repeats") ? new(config.Ints("block_repeats")) : null,
            DecoderLayers = isBase ? null : decoderLayers,
            Width = config.Int("d_model", 768),
            Heads = config.Int("n_head", 12),
            HeadWidth = config.Int("d_head", 64),
            FeedForwardWidth = config.Int("d_inner", 3072),
            Activation = config.Activation("hidden_act", "gelu_new"),
            Pooling = Enum.Parse<PoolingKind>(config.String("pooling_type", "mean"), ignoreCase: true),
            ClassToken = config.Bool("separate_cls", true),
            Truncate = config.Bool("truncate_seq", true),
            PoolQueriesOnly = config.Bool("pool_q_only", true),
            Dropout = config.Double("hidden_dropout", 0.1),
            AttentionDropout = config.Double("attention_dropout", 0.1),
            ActivationDropout = config.Double("activation_dropout", 0),
            Epsilon = config.Double("layer_norm_eps", 1e-9),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var layout = new StateDictLayout()
            .Rename("embedding.{p}", "embeddings.word_embeddings.{p}")
            .Rename("norm.{p}", "embeddings.layer_norm.{p}");
        return Layer(Layer(layout, "blocks.{b}.{i}", "encoder.blocks.{b}.{i}"), "decoder.{i}", "decoder.layers.{i}");
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(Funnel module, ParityCase parity) => new Dictionary<string, Tensor>
    {
        ["last_hidden_state"] = module.Call(
            parity.Input("input_ids"), parity.OptionalInput("attention_mask")?.To(DType.Bool), parity.OptionalInput("token_type_ids")),
    };

    private static StateDictLayout Layer(StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.attention.query_projection.{{p}}", $"{official}.attention.q_head.{{p}}")
        .Rename($"{own}.attention.key_projection.{{p}}", $"{official}.attention.k_head.{{p}}")
        .Rename($"{own}.attention.value_projection.{{p}}", $"{official}.attention.v_head.{{p}}")
        .Rename($"{own}.attention.output_projection.{{p}}", $"{official}.attention.post_proj.{{p}}")
        .Rename($"{own}.attention.content_bias", $"{official}.attention.r_w_bias")
        .Rename($"{own}.attention.position_bias", $"{official}.attention.r_r_bias")
        .Rename($"{own}.attention.position_kernel", $"{official}.attention.r_kernel")
        .Rename($"{own}.attention.type_bias", $"{official}.attention.r_s_bias")
        .Rename($"{own}.attention.types", $"{official}.attention.seg_embed")
        .Rename($"{own}.attention_wiring.norm.{{p}}", $"{official}.attention.layer_norm.{{p}}")
        .Rename($"{own}.feed_forward.hidden.{{p}}", $"{official}.ffn.linear_1.{{p}}")
        .Rename($"{own}.feed_forward.output.{{p}}", $"{official}.ffn.linear_2.{{p}}")
        .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{official}.ffn.layer_norm.{{p}}");
}
