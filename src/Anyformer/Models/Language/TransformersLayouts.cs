using Anyformer.Checkpoints;

namespace Anyformer.Models.Language;

/// <summary>Official names that the models of Hugging Face's transformers share which descend from BERT.</summary>
internal static class TransformersLayouts
{
    /// <summary>The tables of a <see cref="Language.TokenEmbedding"/> and the normalisation of their sum; a table of 0, 1, 2 ... is left out.</summary>
    internal static StateDictLayout TokenEmbedding(this StateDictLayout layout, string own, string ownNorm) => layout
        .Rename($"{own}.tokens.{{p}}", "embeddings.word_embeddings.{p}")
        .Rename($"{own}.positions.{{p}}", "embeddings.position_embeddings.{p}")
        .Rename($"{own}.types.{{p}}", "embeddings.token_type_embeddings.{p}")
        .Rename($"{ownNorm}.{{p}}", "embeddings.LayerNorm.{p}")
        .Unused("embeddings.position_ids")
        .Unused("embeddings.token_type_ids");

    /// <summary>The tables of an <see cref="Encoders.EncoderEmbedding"/> with learned positions.</summary>
    internal static StateDictLayout EncoderEmbedding(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.text.table.weight", $"{official}.word_embeddings.weight")
        .Rename($"{own}.text.positions.table.weight", $"{official}.position_embeddings.weight")
        .Rename($"{own}.types.weight", $"{official}.token_type_embeddings.weight")
        .Rename($"{own}.norm.{{p}}", $"{official}.LayerNorm.{{p}}")
        .Unused($"{official}.position_ids")
        .Unused($"{official}.token_type_ids");

    /// <summary>The map to scores, which checkpoints may hold a second time where it is the embedding.</summary>
    internal static StateDictLayout TiedScores(this StateDictLayout layout, string own, string official, bool tied) =>
        tied ? layout.Unused(official) : layout.Rename(own, official);

    /// <summary>The encoder blocks, all but the projections of queries, keys and values.</summary>
    /// <param name="layout">The layout to add to.</param>
    /// <param name="own">A block.</param>
    /// <param name="outputProjection">The output projection of the attention, below the block.</param>
    /// <param name="wiring">The wiring of the attention, below the block.</param>
    /// <param name="prefix">What stands before the official names.</param>
    internal static StateDictLayout EncoderBlocks(this StateDictLayout layout, string own, string outputProjection, string wiring, string prefix = "") => layout
        .Rename($"{own}.{outputProjection}.{{p}}", $"{prefix}encoder.layer.{{i}}.attention.output.dense.{{p}}")
        .Rename($"{own}.{wiring}.norm.{{p}}", $"{prefix}encoder.layer.{{i}}.attention.output.LayerNorm.{{p}}")
        .Rename($"{own}.feed_forward.hidden.{{p}}", $"{prefix}encoder.layer.{{i}}.intermediate.dense.{{p}}")
        .Rename($"{own}.feed_forward.output.{{p}}", $"{prefix}encoder.layer.{{i}}.output.dense.{{p}}")
        .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{prefix}encoder.layer.{{i}}.output.LayerNorm.{{p}}");
}
