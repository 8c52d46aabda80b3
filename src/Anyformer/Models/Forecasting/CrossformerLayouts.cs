using Anyformer.Checkpoints;

namespace Anyformer.Models.Forecasting;

/// <summary>Names of Thinklab-SJTU/Crossformer, <c>cross_models</c>.</summary>
internal static class CrossformerLayouts
{
    private const string EncoderBlock = "encoder.encode_blocks.{i}";
    private const string DecoderLayer = "decoder.decode_layers.{i}";

    /// <summary>The whole model.</summary>
    internal static StateDictLayout Model => new StateDictLayout()
        .Rename("embedding.{p}", "enc_value_embedding.linear.{p}")
        .Unsqueeze("history_positions", "enc_pos_embedding", 0)
        .Rename("norm.{p}", "pre_norm.{p}")
        .Rename("scales.{i}.merging.norm.{p}", $"{EncoderBlock}.merge_layer.norm.{{p}}")
        .Rename("scales.{i}.merging.projection.{p}", $"{EncoderBlock}.merge_layer.linear_trans.{{p}}")
        .TwoStageAttention("scales.{i}.attention.", $"{EncoderBlock}.encode_layers.0.")
        .Unsqueeze("horizon_positions", "dec_pos_embedding", 0)
        .TwoStageAttention("decoder.{i}.self_attention.", $"{DecoderLayer}.self_attention.")
        .Attention("decoder.{i}.cross_attention", $"{DecoderLayer}.cross_attention")
        .Rename("decoder.{i}.cross_attention_wiring.norm.{p}", $"{DecoderLayer}.norm1.{{p}}")
        .Mlp("decoder.{i}.feed_forward", $"{DecoderLayer}.MLP1")
        .Rename("decoder.{i}.feed_forward_wiring.norm.{p}", $"{DecoderLayer}.norm2.{{p}}")
        .Rename("decoder.{i}.head.{p}", $"{DecoderLayer}.linear_pred.{{p}}");

    /// <summary>A two-stage attention layer alone.</summary>
    internal static StateDictLayout Layer => new StateDictLayout().TwoStageAttention("", "");

    private static StateDictLayout TwoStageAttention(this StateDictLayout layout, string own, string official) => layout
        .Attention($"{own}along_segments.mixer", $"{official}time_attention")
        .Rename($"{own}along_segments.mixer_wiring.norm.{{p}}", $"{official}norm1.{{p}}")
        .Mlp($"{own}along_segments.feed_forward", $"{official}MLP1")
        .Rename($"{own}along_segments.feed_forward_wiring.norm.{{p}}", $"{official}norm2.{{p}}")
        .Rename($"{own}across_variates.routers", $"{official}router")
        .Attention($"{own}across_variates.gathering", $"{official}dim_sender")
        .Attention($"{own}across_variates.distribution", $"{official}dim_receiver")
        .Rename($"{own}across_variates_wiring.norm.{{p}}", $"{official}norm3.{{p}}")
        .Mlp($"{own}feed_forward", $"{official}MLP2")
        .Rename($"{own}feed_forward_wiring.norm.{{p}}", $"{official}norm4.{{p}}");

    private static StateDictLayout Mlp(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.hidden.{{p}}", $"{official}.0.{{p}}")
        .Rename($"{own}.output.{{p}}", $"{official}.2.{{p}}");
}
