using System.Text.Json;
using System.Text.Json.Nodes;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Blocks.Layers;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Models.Language.Decoders;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Positions;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Pretrained;

/// <summary><see cref="Llama"/> as <c>LlamaForCausalLM</c>, <c>models/llama/modeling_llama.py</c>.</summary>
internal sealed class LlamaFormat : PretrainedArchitecture<Llama>
{
    /// <inheritdoc/>
    public override string ModelType => "llama";

    /// <inheritdoc/>
    public override string Architecture => "LlamaForCausalLM";

    /// <inheritdoc/>
    public override string Prefix => "model.";

    /// <inheritdoc/>
    internal override Llama Build(ReferenceConfig config)
    {
        var (vocabulary, width, heads) = (config.Int("vocab_size", 32000), config.Int("hidden_size", 4096), config.Int("num_attention_heads", 32));
        config.RefuseTrue("Llama", "attention_bias", "mlp_bias");
        config.RequireInt("Llama", "head_dim", width / Math.Max(1, heads));
        config.WithoutEffect("bos_token_id", "eos_token_id");
        var options = new LlamaOptions
        {
            Width = width,
            Heads = heads,
            FeedForwardWidth = config.Int("intermediate_size", 11008),
            Layers = new LayerOptions { Count = config.Int("num_hidden_layers", 32) },
            Attention = LlamaOptions.Grouped(config.Int("num_key_value_heads", heads)),
            Position = Position(config),
            FeedForward = Part<ChannelMixer>.Of("gated-feed-forward", new GatedFeedForwardOptions { Activation = config.Activation("hidden_act", "silu") }),
            Norm = Part<NormalizationLayer>.Of("rms-norm", new RmsNormOptions { Epsilon = config.Double("rms_norm_eps", 1e-6) }),
            AttentionDropout = config.Double("attention_dropout", 0),
            InitialDeviation = config.Double("initializer_range", 0.02),
            TiesEmbeddings = config.Bool("tie_word_embeddings", false),
            PaddingToken = config.PaddingToken(vocabulary, otherwise: null),
        };
        return new Llama(new LanguageShape(vocabulary, config.Int("max_position_embeddings", 2048)), options.Checked());
    }

    /// <inheritdoc/>
    internal override void Describe(Llama model, JsonObject config)
    {
        var options = model.Options;
        (config["vocab_size"], config["max_position_embeddings"]) = (model.Shape.Vocabulary, model.Shape.Tokens);
        (config["hidden_size"], config["intermediate_size"]) = (options.Width, options.FeedForwardWidth);
        (config["num_hidden_layers"], config["num_attention_heads"]) = (options.Layers.Count, options.Heads);
        config["num_key_value_heads"] = (options.Attention.Options as GroupedQueryAttentionOptions)?.Groups ?? options.Heads;
        config["hidden_act"] = TransformersConfig.ActivationName((options.FeedForward.Options as GatedFeedForwardOptions)?.Activation ?? "silu");
        config["rms_norm_eps"] = (options.Norm.Options as RmsNormOptions)?.Epsilon ?? 1e-6;
        var rotary = options.Position?.Options as RotaryPositionsOptions;
        config["rope_theta"] = rotary?.Base ?? 10000;
        config["rope_scaling"] = rotary is ScaledRotaryOptions scaled ? new JsonObject { ["type"] = "linear", ["factor"] = scaled.Factor } : null;
        config["attention_dropout"] = options.AttentionDropout ?? options.Dropout;
        config["initializer_range"] = options.InitialDeviation ?? 0.02;
        config["tie_word_embeddings"] = options.TiesEmbeddings;
        config["pad_token_id"] = options.PaddingToken;
    }

    /// <inheritdoc/>
    internal override (object Shape, TransformerOptions Options) Sizes(Llama model) => (model.Shape, model.Options);

    /// <inheritdoc/>
    internal override StateDictLayout Layout(Llama model)
    {
        const string own = "decoder.layers.blocks.{i}", official = "model.layers.{i}";
        var layout = new StateDictLayout()
            .Rename("decoder.embedding.table.weight", "model.embed_tokens.weight")
            .Rename($"{own}.mixer_wiring.norm.weight", $"{official}.input_layernorm.weight")
            .Rename($"{own}.mixer.query_projection.weight", $"{official}.self_attn.q_proj.weight")
            .Rename($"{own}.mixer.key_projection.weight", $"{official}.self_attn.k_proj.weight")
            .Rename($"{own}.mixer.value_projection.weight", $"{official}.self_attn.v_proj.weight")
            .Rename($"{own}.mixer.output_projection.weight", $"{official}.self_attn.o_proj.weight")
            .Rename($"{own}.feed_forward_wiring.norm.weight", $"{official}.post_attention_layernorm.weight")
            .Split($"{own}.feed_forward.hidden.weight", 0, $"{official}.mlp.up_proj.weight", $"{official}.mlp.gate_proj.weight")
            .Rename($"{own}.feed_forward.output.weight", $"{official}.mlp.down_proj.weight")
            .Rename("decoder.norm.weight", "model.norm.weight")
            .Unused($"{official}.self_attn.rotary_emb.inv_freq");
        return layout.TiedScores("decoder.head.output.weight", "lm_head.weight", model.Options.TiesEmbeddings);
    }

    private static Part<PositionEncoding> Position(ReferenceConfig config)
    {
        var speed = config.Double("rope_theta", 10000);
        if (!config.Has("rope_scaling"))
            return Part<PositionEncoding>.Of("rope", new RotaryPositionsOptions { Base = speed });
        var scaling = config.Json("rope_scaling");
        var kind = scaling.ValueKind == JsonValueKind.Object && (scaling.TryGetProperty("rope_type", out var type) || scaling.TryGetProperty("type", out type))
            ? type.ToString() : scaling.ToString();
        return kind == "linear" && scaling.TryGetProperty("factor", out var factor) && factor.TryGetDouble(out var times)
            ? Part<PositionEncoding>.Of("rope-linear", new ScaledRotaryOptions { Base = speed, Factor = times })
            : throw new UserException($"Llama's rotary positions can be scaled by 'linear' with a 'factor', found 'rope_scaling' of type '{kind}'.");
    }
}
