using Anyformer.Attention;
using Anyformer.Attention.Mixed;
using Anyformer.Blocks.Layers;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Models.Language.Decoders;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Pretrained;

/// <summary>
/// <see cref="MasFormer"/> as <c>GPTNeoForCausalLM</c>, <c>models/gpt_neo/modeling_gpt_neo.py</c>, whose configuration says of a pattern of layers which are
/// <c>global</c> and which <c>local</c>; or, by <c>full_attention_layers</c>, of each.
/// </summary>
/// <param name="gelu">What stands for its activation <c>gelu_new</c>: libtorch's own operator, or the formula, which rounds as the reference does.</param>
internal sealed class MasFormerFormat(string gelu = "gelu-tanh") : PretrainedFormat<MasFormer>
{
    /// <inheritdoc/>
    internal override MasFormer Build(ReferenceConfig config)
    {
        var (width, layers) = (config.Int("hidden_size", 2048), config.Int("num_layers", 24));
        config.WithoutEffect("bos_token_id", "eos_token_id");
        var options = new MasFormerOptions
        {
            Width = width,
            Heads = config.Int("num_heads", 16),
            FeedForwardWidth = config.Int("intermediate_size", 4 * width),
            Layers = new LayerOptions { Count = layers },
            Attention = MasFormerOptions.Spans(Local(config), new(FullLayers(config, layers))),
            FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = Activation(config) }),
            Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = config.Double("layer_norm_epsilon", 1e-5) }),
            Dropout = config.Double("resid_dropout", 0),
            EmbeddingDropout = config.Double("embed_dropout", 0),
            AttentionDropout = config.Double("attention_dropout", 0),
            InitialDeviation = config.Double("initializer_range", 0.02),
            TiesEmbeddings = config.Bool("tie_word_embeddings", true),
        };
        return new MasFormer(new LanguageShape(config.Int("vocab_size", 50257), config.Int("max_position_embeddings", 2048)), options);
    }

    /// <inheritdoc/>
    internal override StateDictLayout Layout(MasFormer model)
    {
        const string own = "decoder.layers.blocks.{i}", official = "transformer.h.{i}";
        var layout = new StateDictLayout()
            .Rename("decoder.embedding.table.weight", "transformer.wte.weight")
            .Rename("decoder.embedding.positions.table.weight", "transformer.wpe.weight")
            .Rename($"{own}.mixer_wiring.norm.{{p}}", $"{official}.ln_1.{{p}}")
            .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{official}.ln_2.{{p}}")
            .Rename($"{own}.mixer.attention.output_projection.{{p}}", $"{official}.attn.attention.out_proj.{{p}}")
            .Rename($"{own}.feed_forward.hidden.{{p}}", $"{official}.mlp.c_fc.{{p}}")
            .Rename($"{own}.feed_forward.output.{{p}}", $"{official}.mlp.c_proj.{{p}}")
            .Rename("decoder.norm.{p}", "transformer.ln_f.{p}")
            .Unused($"{official}.attn.attention.bias")
            .Unused($"{official}.attn.attention.masked_bias");
        foreach (var (ours, theirs) in new[] { ("query", "q"), ("key", "k"), ("value", "v") })
            layout.Rename($"{own}.mixer.attention.{ours}_projection.weight", $"{official}.attn.attention.{theirs}_proj.weight");
        return model.Options.TiesEmbeddings ? layout.Unused("lm_head.weight") : layout.Rename("decoder.head.output.weight", "lm_head.weight");
    }

    private string Activation(ReferenceConfig config) =>
        config.String("activation_function", "gelu_new") == "gelu_new" ? gelu : config.Activation("activation_function", "gelu_new");

    private static Part<AttentionFunction> Local(ReferenceConfig config)
    {
        const double unscaled = 1;
        return config.String("sparse_attention", "window") switch
        {
            "block" => MixedSpanAttentionOptions.Blocks(config.Int("block_size"), config.Int("previous_blocks", 0), unscaled),
            "window" => MixedSpanAttentionOptions.Window(config.Int("window_size", 256), unscaled),
            var other => throw new UserException($"The layers that are not full must be of blocks or a window, found 'sparse_attention' of '{other}'."),
        };
    }

    private static IEnumerable<int> FullLayers(ReferenceConfig config, int layers)
    {
        if (config.Has("full_attention_layers"))
            return config.Ints("full_attention_layers");
        if (!config.Has("attention_types"))
            return Enumerable.Range(0, layers).Where(layer => layer % 2 == 0);
        // [[["global", "local"], 12]]: a pattern and how often it comes, again and again.
        var kinds = config.Json("attention_types").EnumerateArray()
            .SelectMany(item => Enumerable.Repeat(item[0].EnumerateArray().Select(kind => kind.GetString()).ToArray(), item[1].GetInt32())).SelectMany(pattern => pattern);
        return kinds.Index().Where(kind => kind.Item == "global").Select(kind => kind.Index);
    }
}
