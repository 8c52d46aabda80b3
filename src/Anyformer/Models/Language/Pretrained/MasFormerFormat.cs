using System.Text.Json;
using System.Text.Json.Nodes;
using Anyformer.Attention;
using Anyformer.Attention.Local;
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
/// <c>global</c> and which <c>local</c>; or, by <c>full_attention_layers</c>, of each. Only what GPT-Neo knows can be written: windows, not blocks.
/// </summary>
internal sealed class MasFormerFormat : PretrainedArchitecture<MasFormer>
{
    private const string Global = "global", Local = "local";
    private const int UsualWindow = 256;
    private const double Unscaled = 1;

    /// <summary>Keys of MASFormer's own code, which GPT-Neo does not read.</summary>
    private static readonly string[] s_ownKeys = ["full_attention_layers", "sparse_attention", "block_size", "previous_blocks"];

    private readonly string _gelu;

    /// <summary>The format with libtorch's own operator for the activation <c>gelu_new</c>.</summary>
    public MasFormerFormat() : this("gelu-tanh") { }

    /// <param name="gelu">What stands for its activation <c>gelu_new</c>: libtorch's own operator, or the formula, which rounds as the reference does.</param>
    internal MasFormerFormat(string gelu) => _gelu = gelu;

    /// <inheritdoc/>
    public override string ModelType => "gpt_neo";

    /// <inheritdoc/>
    public override string Architecture => "GPTNeoForCausalLM";

    /// <inheritdoc/>
    public override string Prefix => "transformer.";

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
            Attention = MasFormerOptions.Spans(Near(config), new(FullLayers(config, layers))),
            FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = Activation(config) }),
            Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = config.Double("layer_norm_epsilon", 1e-5) }),
            Dropout = config.Double("resid_dropout", 0),
            EmbeddingDropout = config.Double("embed_dropout", 0),
            AttentionDropout = config.Double("attention_dropout", 0),
            InitialDeviation = config.Double("initializer_range", 0.02),
            TiesEmbeddings = config.Bool("tie_word_embeddings", true),
        };
        return new MasFormer(new LanguageShape(config.Int("vocab_size", 50257), config.Int("max_position_embeddings", 2048)), options.Checked());
    }

    /// <inheritdoc/>
    internal override void Describe(MasFormer model, JsonObject config)
    {
        var options = model.Options;
        foreach (var key in s_ownKeys)
            config.Remove(key);
        (config["vocab_size"], config["max_position_embeddings"]) = (model.Shape.Vocabulary, model.Shape.Tokens);
        (config["hidden_size"], config["intermediate_size"]) = (options.Width, options.FeedForwardWidth);
        (config["num_layers"], config["num_heads"]) = (options.Layers.Count, options.Heads);
        var spans = options.Attention.Options as MixedSpanAttentionOptions ?? new MixedSpanAttentionOptions();
        var kinds = Enumerable.Range(0, options.Layers.Count).Select(layer => (JsonNode)(spans.FullLayers.Contains(layer) ? Global : Local));
        config["attention_types"] = new JsonArray(new JsonArray(new JsonArray([.. kinds]), 1));
        config["window_size"] = spans.Local.Options is LocalAttentionOptions { Window: var before, Backward: var windows } ? windows * before + 1 : UsualWindow;
        config["activation_function"] = TransformersConfig.ActivationName((options.FeedForward.Options as PositionwiseFeedForwardOptions)?.Activation ?? "gelu-tanh");
        config["layer_norm_epsilon"] = (options.Norm.Options as LayerNormOptions)?.Epsilon ?? 1e-5;
        config["resid_dropout"] = options.Dropout;
        config["embed_dropout"] = options.EmbeddingDropout ?? options.Dropout;
        config["attention_dropout"] = options.AttentionDropout ?? options.Dropout;
        config["initializer_range"] = options.InitialDeviation ?? 0.02;
        config["tie_word_embeddings"] = options.TiesEmbeddings;
    }

    /// <inheritdoc/>
    internal override (object Shape, TransformerOptions Options) Sizes(MasFormer model) => (model.Shape, model.Options.Attention.Options is MixedSpanAttentionOptions spans
        ? model.Options with { Attention = Part<TokenMixer>.Of(model.Options.Attention.Kind, Comparable(spans, model.Options.Layers.Count)) }
        : model.Options);

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
        config.String("activation_function", "gelu_new") == "gelu_new" ? _gelu : config.Activation("activation_function", "gelu_new");

    private static Part<AttentionFunction> Near(ReferenceConfig config)
    {
        return config.String("sparse_attention", "window") switch
        {
            "block" => MixedSpanAttentionOptions.Blocks(config.Int("block_size"), config.Int("previous_blocks", 0), Unscaled),
            "window" => MixedSpanAttentionOptions.Window(Window(config), Unscaled),
            var other => throw new UserException($"The layers that are not full must be of blocks or a window, found 'sparse_attention' of '{other}'."),
        };
    }

    private static int Window(ReferenceConfig config) => config.Int("window_size", UsualWindow) is >= 1 and var window ? window
        : throw new UserException($"GPT-Neo's 'window_size' must be at least 1, found {config.Int("window_size")}.");

    private static IEnumerable<int> FullLayers(ReferenceConfig config, int layers)
    {
        if (config.Has("full_attention_layers"))
            return config.Ints("full_attention_layers");
        if (!config.Has("attention_types"))
            return Enumerable.Range(0, layers).Where(layer => layer % 2 == 0);
        var kinds = Kinds(config.Json("attention_types")).Take(layers + 1).ToArray();
        return kinds.Length == layers && kinds.All(kind => kind is Global or Local)
            ? kinds.Index().Where(kind => kind.Item == Global).Select(kind => kind.Index)
            : throw new UserException($"GPT-Neo's 'attention_types' must say of each of {layers} layers whether it is {Global} or {Local}, such as [[[\"{Global}\", \"{Local}\"], {layers / 2}]].");
    }

    /// <summary>The kinds of the layers of <c>[[["global", "local"], 12]]</c>: patterns, and how often each comes again; null for what is none.</summary>
    private static IEnumerable<string?> Kinds(JsonElement types) => Items(types).SelectMany(item =>
        Items(item).ToArray() is [var pattern, { ValueKind: JsonValueKind.Number } count] && count.TryGetInt32(out var times) && times >= 0
            ? Enumerable.Repeat(Items(pattern).Select(kind => kind.ValueKind == JsonValueKind.String ? kind.GetString() : null), times).SelectMany(kinds => kinds)
            : [null]);

    private static IEnumerable<JsonElement> Items(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    /// <summary>Spans that are equal when the layers see the same.</summary>
    private static MixedSpanAttentionOptions Comparable(MixedSpanAttentionOptions spans, int layers)
    {
        var full = new ValueList<int>(spans.FullLayers.Where(layer => layer < layers).Distinct().Order());
        return spans with { FullLayers = full, Local = full.Count == layers ? MixedSpanAttentionOptions.Window(UsualWindow, Unscaled) : spans.Local };
    }
}
