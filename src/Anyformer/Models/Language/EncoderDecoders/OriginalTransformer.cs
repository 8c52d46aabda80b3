using Anyformer.Checkpoints;
using Anyformer.Parity;

namespace Anyformer.Models.Language.EncoderDecoders;

/// <summary>How gordicaleksa's pytorch-original-transformer calls the sizes and weights of an <c>encoder-decoder</c> with norms inside the branches.</summary>
internal static class OriginalTransformer
{
    /// <summary>Rows of the reference's tables of positions, which it computes.</summary>
    private const int Positions = 5000;

    /// <summary>The sizes of the texts.</summary>
    internal static TranslationShape Shape(ReferenceConfig config, int tokens = Positions) =>
        new(new LanguageShape(config.Int("src_vocab_size"), tokens), new LanguageShape(config.Int("trg_vocab_size"), tokens));

    /// <summary>The parts and sizes inside.</summary>
    internal static EncoderDecoderOptions Options(ReferenceConfig config) => EncoderDecoderOptions.PreNorm(
        config.Int("model_dimension"), config.Int("number_of_heads"), config.Int("number_of_layers"), config.Double("dropout_probability", 0.1));

    /// <summary>The official names.</summary>
    internal static StateDictLayout Layout() => AddTo(new StateDictLayout());

    /// <summary>Adds the official names.</summary>
    /// <param name="layout">The layout to add to; what it knows already goes before.</param>
    /// <param name="prefix">What the own names begin with.</param>
    internal static StateDictLayout AddTo(StateDictLayout layout, string prefix = "") => layout
        .Rename($"{prefix}source_embedding.table.weight", "src_embedding.embeddings_table.weight")
        .Rename($"{prefix}target_embedding.table.weight", "trg_embedding.embeddings_table.weight")
        .Unused("src_pos_embedding.positional_encodings_table")
        .Unused("trg_pos_embedding.positional_encodings_table")
        .Attention($"{prefix}encoder.blocks.{{i}}.mixer", "encoder.encoder_layers.{i}.multi_headed_attention")
        .FeedForward($"{prefix}encoder.blocks.{{i}}.feed_forward", "encoder.encoder_layers.{i}.pointwise_net")
        .Rename($"{prefix}encoder.blocks.{{i}}.mixer_wiring.norm.{{p}}", "encoder.encoder_layers.{i}.sublayers.0.norm.{p}")
        .Rename($"{prefix}encoder.blocks.{{i}}.feed_forward_wiring.norm.{{p}}", "encoder.encoder_layers.{i}.sublayers.1.norm.{p}")
        .Rename($"{prefix}encoder_norm.{{p}}", "encoder.norm.{p}")
        .Attention($"{prefix}decoder.blocks.{{i}}.self_attention", "decoder.decoder_layers.{i}.trg_multi_headed_attention")
        .Attention($"{prefix}decoder.blocks.{{i}}.cross_attention", "decoder.decoder_layers.{i}.src_multi_headed_attention")
        .FeedForward($"{prefix}decoder.blocks.{{i}}.feed_forward", "decoder.decoder_layers.{i}.pointwise_net")
        .Rename($"{prefix}decoder.blocks.{{i}}.self_attention_wiring.norm.{{p}}", "decoder.decoder_layers.{i}.sublayers.0.norm.{p}")
        .Rename($"{prefix}decoder.blocks.{{i}}.cross_attention_wiring.norm.{{p}}", "decoder.decoder_layers.{i}.sublayers.1.norm.{p}")
        .Rename($"{prefix}decoder.blocks.{{i}}.feed_forward_wiring.norm.{{p}}", "decoder.decoder_layers.{i}.sublayers.2.norm.{p}")
        .Rename($"{prefix}decoder_norm.{{p}}", "decoder.norm.{p}")
        .Rename($"{prefix}head.output.{{p}}", "decoder_generator.linear.{p}");

    private static StateDictLayout Attention(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.query_projection.{{p}}", $"{official}.qkv_nets.0.{{p}}")
        .Rename($"{own}.key_projection.{{p}}", $"{official}.qkv_nets.1.{{p}}")
        .Rename($"{own}.value_projection.{{p}}", $"{official}.qkv_nets.2.{{p}}")
        .Rename($"{own}.output_projection.{{p}}", $"{official}.out_projection_net.{{p}}");

    private static StateDictLayout FeedForward(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.hidden.{{p}}", $"{official}.linear1.{{p}}")
        .Rename($"{own}.output.{{p}}", $"{official}.linear2.{{p}}");
}
