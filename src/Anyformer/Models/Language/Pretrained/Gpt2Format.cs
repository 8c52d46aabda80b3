using System.Text.Json.Nodes;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks.Layers;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Models.Language.Decoders;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Pretrained;

/// <summary><see cref="Gpt2"/> as <c>GPT2LMHeadModel</c>, <c>models/gpt2/modeling_gpt2.py</c>.</summary>
internal sealed class Gpt2Format : PretrainedArchitecture<Gpt2>
{
    /// <inheritdoc/>
    public override string ModelType => "gpt2";

    /// <inheritdoc/>
    public override string Architecture => "GPT2LMHeadModel";

    /// <inheritdoc/>
    public override string Prefix => "transformer.";

    /// <inheritdoc/>
    internal override Gpt2 Build(ReferenceConfig config)
    {
        var (width, heads) = (config.Int("n_embd", 768), config.Int("n_head", 12));
        config.RefuseTrue("GPT-2", "add_cross_attention");
        // In single precision the order of scaling and casting makes no difference.
        config.WithoutEffect("reorder_and_upcast_attn", "bos_token_id", "eos_token_id");
        var options = new Gpt2Options
        {
            Width = width,
            Heads = heads,
            FeedForwardWidth = config.Int("n_inner", 4 * width),
            Layers = new LayerOptions { Count = config.Int("n_layer", 12) },
            Attention = Attention(config),
            FeedForward = Part<ChannelMixer>.Of("feed-forward",
                new PositionwiseFeedForwardOptions { Activation = config.Activation("activation_function", "gelu_new") }),
            Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = config.Double("layer_norm_epsilon", 1e-5) }),
            Dropout = config.Double("resid_pdrop", 0.1),
            EmbeddingDropout = config.Double("embd_pdrop", 0.1),
            AttentionDropout = config.Double("attn_pdrop", 0.1),
            InitialDeviation = config.Double("initializer_range", 0.02),
            TiesEmbeddings = config.Bool("tie_word_embeddings", true),
        };
        return new Gpt2(new LanguageShape(config.Int("vocab_size", 50257), config.Int("n_positions", 1024)), options.Checked());
    }

    /// <inheritdoc/>
    internal override void Describe(Gpt2 model, JsonObject config)
    {
        var options = model.Options;
        (config["vocab_size"], config["n_positions"]) = (model.Shape.Vocabulary, model.Shape.Tokens);
        (config["n_embd"], config["n_head"], config["n_layer"]) = (options.Width, options.Heads, options.Layers.Count);
        config["n_inner"] = options.FeedForwardWidth;
        config["activation_function"] = TransformersConfig.ActivationName((options.FeedForward.Options as PositionwiseFeedForwardOptions)?.Activation ?? "gelu-tanh");
        config["layer_norm_epsilon"] = (options.Norm.Options as LayerNormOptions)?.Epsilon ?? 1e-5;
        config["resid_pdrop"] = options.Dropout;
        config["embd_pdrop"] = options.EmbeddingDropout ?? options.Dropout;
        config["attn_pdrop"] = options.AttentionDropout ?? options.Dropout;
        config["initializer_range"] = options.InitialDeviation ?? 0.02;
        config["tie_word_embeddings"] = options.TiesEmbeddings;
        var scale = (options.Attention.Options as ComposedAttentionOptions)?.Scores.FirstOrDefault()?.Options as ScoreScaleOptions;
        config["scale_attn_weights"] = scale?.DividesByWidth ?? true;
        config["scale_attn_by_inverse_layer_idx"] = scale?.DividesByLayer ?? false;
    }

    /// <inheritdoc/>
    internal override (object Shape, TransformerOptions Options) Sizes(Gpt2 model) => (model.Shape, model.Options);

    /// <inheritdoc/>
    internal override StateDictLayout Layout(Gpt2 model)
    {
        const string own = "decoder.layers.blocks.{i}", official = "transformer.h.{i}";
        var attention = model.Options.Attention.Kind == "composed" ? $"{own}.mixer.mixer" : $"{own}.mixer";
        string[] Projections(string p) => [$"{attention}.query_projection.{p}", $"{attention}.key_projection.{p}", $"{attention}.value_projection.{p}"];
        var layout = new StateDictLayout()
            .Rename("decoder.embedding.table.weight", "transformer.wte.weight")
            .Rename("decoder.embedding.positions.table.weight", "transformer.wpe.weight")
            .Rename($"{own}.mixer_wiring.norm.{{p}}", $"{official}.ln_1.{{p}}")
            .MergeTransposed($"{official}.attn.c_attn.weight", Projections("weight"))
            .Merge($"{official}.attn.c_attn.bias", 0, Projections("bias"))
            .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{official}.ln_2.{{p}}")
            .Rename("decoder.norm.{p}", "transformer.ln_f.{p}")
            .Unused($"{official}.attn.bias")
            .Unused($"{official}.attn.masked_bias");
        Map(layout, $"{attention}.output_projection", $"{official}.attn.c_proj");
        Map(layout, $"{own}.feed_forward.hidden", $"{official}.mlp.c_fc");
        Map(layout, $"{own}.feed_forward.output", $"{official}.mlp.c_proj");
        return layout.TiedScores("decoder.head.output.weight", "lm_head.weight", model.Options.TiesEmbeddings);
    }

    /// <summary>The reference keeps maps as matrices from inputs to outputs.</summary>
    private static void Map(StateDictLayout layout, string own, string official) =>
        layout.Transpose($"{own}.weight", $"{official}.weight").Rename($"{own}.bias", $"{official}.bias");

    private static Part<TokenMixer> Attention(ReferenceConfig config)
    {
        var scale = new ScoreScaleOptions
        {
            DividesByWidth = config.Bool("scale_attn_weights", true),
            DividesByLayer = config.Bool("scale_attn_by_inverse_layer_idx", false),
        };
        return scale is { DividesByWidth: true, DividesByLayer: false }
            ? Part<TokenMixer>.Of("softmax")
            : Part<TokenMixer>.Of("composed", new ComposedAttentionOptions { Scores = [Part<ScoreModifier>.Of("score-scale", scale)] });
    }
}
