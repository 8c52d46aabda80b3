using Anyformer.Checkpoints;

namespace Anyformer.Models.Forecasting;

/// <summary>Official names that the forecasting models share which descend from Informer, those of the thuml repositories above all.</summary>
internal static class ForecastingLayouts
{
    /// <summary>The blocks of <c>layers/Transformer_EncDec.py: EncoderLayer</c>.</summary>
    internal static StateDictLayout EncoderBlocks(this StateDictLayout layout, string own, string official) => layout
        .Attention($"{own}.mixer", $"{official}.attention")
        .FeedForward($"{own}.feed_forward", official)
        .Rename($"{own}.mixer_wiring.norm.{{p}}", $"{official}.norm1.{{p}}")
        .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{official}.norm2.{{p}}");

    /// <summary>The blocks of <c>layers/Transformer_EncDec.py: DecoderLayer</c>.</summary>
    internal static StateDictLayout DecoderBlocks(this StateDictLayout layout, string own, string official) => layout
        .Attention($"{own}.self_attention", $"{official}.self_attention")
        .Attention($"{own}.cross_attention", $"{official}.cross_attention")
        .FeedForward($"{own}.feed_forward", official)
        .Rename($"{own}.self_attention_wiring.norm.{{p}}", $"{official}.norm1.{{p}}")
        .Rename($"{own}.cross_attention_wiring.norm.{{p}}", $"{official}.norm2.{{p}}")
        .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{official}.norm3.{{p}}");

    /// <summary>The step embedding of <c>layers/Embed.py: DataEmbedding</c> with a calendar of a kind.</summary>
    internal static StateDictLayout StepEmbedding(this StateDictLayout layout, string own, string official, CalendarKind calendar) => layout
        .Rename($"{own}.values.{{p}}", $"{official}.value_embedding.tokenConv.{{p}}")
        .Rename($"{own}.positions", $"{official}.position_embedding.pe")
        .Rename($"{own}.calendar.{{p}}", $"{official}.temporal_embedding.embed.{{p}}")
        .Rename($"{own}.calendar.{{unit}}.weight",
            $"{official}.temporal_embedding.{{unit}}_embed.{(calendar == CalendarKind.Fixed ? "emb." : "")}weight");

    /// <summary>The projections of <c>AttentionLayer</c>, the same names in every descendant of Informer.</summary>
    internal static StateDictLayout Attention(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.output_projection.{{p}}", $"{official}.out_projection.{{p}}")
        .Rename($"{own}.{{projection}}.{{p}}", $"{official}.{{projection}}.{{p}}");

    private static StateDictLayout FeedForward(this StateDictLayout layout, string own, string official) => layout
        .Unsqueeze($"{own}.hidden.weight", $"{official}.conv1.weight", -1)
        .Rename($"{own}.hidden.bias", $"{official}.conv1.bias")
        .Unsqueeze($"{own}.output.weight", $"{official}.conv2.weight", -1)
        .Rename($"{own}.output.bias", $"{official}.conv2.bias");
}
