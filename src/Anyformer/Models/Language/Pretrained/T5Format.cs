using System.Text.Json.Nodes;
using Anyformer.Blocks.Layers;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Positions;

namespace Anyformer.Models.Language.Pretrained;

/// <summary><see cref="T5"/> as <c>T5ForConditionalGeneration</c>, <c>models/t5/modeling_t5.py</c>.</summary>
internal sealed class T5Format : PretrainedArchitecture<T5>
{
    /// <summary>Most tokens of a text, as far as the model is concerned: its distances know no limit.</summary>
    private const int Tokens = 1 << 20;

    private const string Gate = "gated-";

    /// <inheritdoc/>
    public override string ModelType => "t5";

    /// <inheritdoc/>
    public override string Architecture => "T5ForConditionalGeneration";

    /// <inheritdoc/>
    public override string Prefix => "";

    /// <inheritdoc/>
    internal override T5 Build(ReferenceConfig config)
    {
        // The number of positions is that of the texts it was trained on; tokens of ends and begins concern who writes with it.
        config.WithoutEffect("n_positions", "is_encoder_decoder", "eos_token_id", "pad_token_id", "decoder_start_token_id", "initializer_factor");
        var activation = config.Activation("feed_forward_proj", "relu");
        var options = new T5Options
        {
            Width = config.Int("d_model", 512),
            Heads = config.Int("num_heads", 8),
            HeadWidth = config.Int("d_kv", 64),
            FeedForwardWidth = config.Int("d_ff", 2048),
            Layers = new LayerOptions { Count = config.Int("num_layers", 6) },
            DecoderLayers = config.Has("num_decoder_layers") ? config.Int("num_decoder_layers") : null,
            Position = T5Options.Biased(new T5BiasOptions
            {
                Buckets = config.Int("relative_attention_num_buckets", 32),
                MaxDistance = config.Int("relative_attention_max_distance", 128),
            }),
            FeedForward = activation.StartsWith(Gate, StringComparison.Ordinal) ? T5Options.GatedMaps(Gated(activation[Gate.Length..])) : T5Options.Maps(activation),
            Norm = T5Options.Normed(config.Double("layer_norm_epsilon", 1e-6)),
            Dropout = config.Double("dropout_rate", 0.1),
            TiesEmbeddings = config.Bool("tie_word_embeddings", true),
        };
        var texts = new LanguageShape(config.Int("vocab_size", 32128), Tokens);
        return new T5(new TranslationShape(texts, texts), options);
    }

    /// <inheritdoc/>
    internal override void Describe(T5 model, JsonObject config)
    {
        var options = model.Options;
        config["vocab_size"] = model.Shape.Source.Vocabulary;
        (config["d_model"], config["d_kv"], config["d_ff"]) = (options.Width, options.HeadWidth, options.FeedForwardWidth);
        (config["num_layers"], config["num_decoder_layers"]) = (options.Layers.Count, options.DecoderLayers ?? options.Layers.Count);
        config["num_heads"] = options.Heads;
        var bias = options.Position?.Options as T5BiasOptions ?? new T5BiasOptions();
        (config["relative_attention_num_buckets"], config["relative_attention_max_distance"]) = (bias.Buckets, bias.MaxDistance);
        config["feed_forward_proj"] = options.FeedForward.Options is GatedFeedForwardOptions gated
            ? gated.Activation == "gelu-new" ? Gate + "gelu" : Gate + TransformersConfig.ActivationName(gated.Activation)
            : TransformersConfig.ActivationName((options.FeedForward.Options as PositionwiseFeedForwardOptions)?.Activation ?? "relu");
        config["layer_norm_epsilon"] = (options.Norm.Options as RmsNormOptions)?.Epsilon ?? 1e-6;
        (config["dropout_rate"], config["tie_word_embeddings"]) = (options.Dropout, options.TiesEmbeddings);
        config["is_encoder_decoder"] = true;
        if (model.Shape.Source.Tokens < Tokens)
            config["n_positions"] = model.Shape.Source.Tokens;
    }

    /// <inheritdoc/>
    internal override (object Shape, TransformerOptions Options) Sizes(T5 model) =>
        (model.Shape.Source.Vocabulary, model.Options with { DecoderLayers = model.Options.DecoderLayers ?? model.Options.Layers.Count });

    /// <inheritdoc/>
    internal override StateDictLayout Layout(T5 model)
    {
        var layout = new StateDictLayout()
            .Rename("transformer.source_embedding.table.weight", "shared.weight")
            .Unused("encoder.embed_tokens.weight")
            .Unused("decoder.embed_tokens.weight")
            .Unused("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");
        var isGated = model.Options.FeedForward.Kind == "gated-feed-forward";
        AddStack(layout, "encoder", ["mixer"], ["SelfAttention"], isGated);
        AddStack(layout, "decoder", ["self_attention", "cross_attention"], ["SelfAttention", "EncDecAttention"], isGated);
        return model.Options.TiesEmbeddings ? layout.Unused("lm_head.weight") : layout.Rename("transformer.head.output.weight", "lm_head.weight");
    }

    private static void AddStack(StateDictLayout layout, string stack, string[] mixers, string[] attentions, bool isGated)
    {
        string own = $"transformer.{stack}.blocks.{{i}}", official = $"{stack}.block.{{i}}.layer";
        foreach (var (place, mixer) in mixers.Index())
        {
            foreach (var (projection, name) in new[] { ("query", "q"), ("key", "k"), ("value", "v"), ("output", "o") })
                _ = layout.Rename($"{own}.{mixer}.{projection}_projection.weight", $"{official}.{place}.{attentions[place]}.{name}.weight");
            _ = layout.Rename($"{own}.{mixer}_wiring.norm.weight", $"{official}.{place}.layer_norm.weight");
        }

        var last = $"{official}.{mixers.Length}";
        string hidden = $"{own}.feed_forward.hidden.weight", dense = $"{last}.DenseReluDense";
        _ = (isGated ? layout.Split(hidden, 0, $"{dense}.wi_1.weight", $"{dense}.wi_0.weight") : layout.Rename(hidden, $"{dense}.wi.weight"))
            .Rename($"transformer.{stack}.blocks.0.{mixers[0]}.function.modifiers.0.table.weight",
                $"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight")
            .Rename($"{own}.feed_forward.output.weight", $"{dense}.wo.weight")
            .Rename($"{own}.feed_forward_wiring.norm.weight", $"{last}.layer_norm.weight")
            .Rename($"transformer.{stack}_norm.norm.weight", $"{stack}.final_layer_norm.weight");
    }

    /// <summary>The reference takes the formula by tanh where the configuration says no more than gelu; gradients of a model this deep need its very digits.</summary>
    private static string Gated(string activation) => activation == "gelu" ? "gelu-new" : activation;
}
