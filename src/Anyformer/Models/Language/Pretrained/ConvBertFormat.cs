using System.Text.Json.Nodes;
using Anyformer.Attention;
using Anyformer.Blocks.Layers;
using Anyformer.Blocks.Lightweight;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Models.Language.Encoders;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Pretrained;

/// <summary><see cref="ConvBert"/> as <c>ConvBertForMaskedLM</c>, <c>models/convbert/modeling_convbert.py</c>.</summary>
internal sealed class ConvBertFormat : PretrainedArchitecture<ConvBert>
{
    /// <inheritdoc/>
    public override string ModelType => "convbert";

    /// <inheritdoc/>
    public override string Architecture => "ConvBertForMaskedLM";

    /// <inheritdoc/>
    public override string Prefix => "convbert.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionalWeights => ["encoder.head."];

    /// <inheritdoc/>
    internal override ConvBert Build(ReferenceConfig config)
    {
        var (vocabulary, width, hidden) = (config.Int("vocab_size", 30522), config.Int("hidden_size", 768), config.Int("intermediate_size", 3072));
        var mixing = new MixedAttentionOptions { HeadRatio = config.Int("head_ratio", 2), Kernel = config.Int("conv_kernel_size", 9) };
        var embedding = config.Int("embedding_size", 768);
        var options = new ConvBertOptions
        {
            Width = width,
            EmbeddingWidth = embedding == width ? null : embedding,
            Heads = config.Int("num_attention_heads", 12),
            FeedForwardWidth = hidden,
            Layers = new LayerOptions { Count = config.Int("num_hidden_layers", 12) },
            Attention = Part<TokenMixer>.Of("mixed-attention", mixing),
            FeedForward = FeedForward(config.Int("num_groups", 1), config.Activation("hidden_act", "gelu"), width, hidden),
            Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = config.Double("layer_norm_eps", 1e-12) }),
            Dropout = config.Double("hidden_dropout_prob", 0.1),
            AttentionDropout = config.Double("attention_probs_dropout_prob", 0.1),
            Types = config.Int("type_vocab_size", 2),
            PaddingToken = config.PaddingToken(vocabulary, otherwise: 1),
            InitialDeviation = config.Double("initializer_range", 0.02),
            TiesEmbeddings = config.Bool("tie_word_embeddings", true),
        };
        return new ConvBert(new LanguageShape(vocabulary, config.Int("max_position_embeddings", 512)), options.Checked());
    }

    /// <inheritdoc/>
    internal override void Describe(ConvBert model, JsonObject config)
    {
        (config["vocab_size"], config["max_position_embeddings"]) = (model.Shape.Vocabulary, model.Shape.Tokens);
        config.DescribeEncoder(model.Options);
        var (options, mixing) = (model.Options, model.Options.Attention.Options as MixedAttentionOptions);
        config["embedding_size"] = options.EmbeddingWidth ?? options.Width;
        config["head_ratio"] = mixing?.HeadRatio ?? 2;
        config["conv_kernel_size"] = mixing?.Kernel ?? 9;
        var grouped = options.FeedForward.Options as GroupedFeedForwardOptions;
        config["num_groups"] = grouped?.Groups ?? 1;
        config["hidden_act"] = TransformersConfig.ActivationName(
            grouped?.Activation ?? (options.FeedForward.Options as PositionwiseFeedForwardOptions)?.Activation ?? "gelu");
    }

    /// <inheritdoc/>
    internal override (object Shape, TransformerOptions Options) Sizes(ConvBert model) => (model.Shape, model.Options);

    /// <inheritdoc/>
    internal override StateDictLayout Layout(ConvBert model)
    {
        const string own = "encoder.layers.blocks.{i}", official = "convbert.encoder.layer.{i}", attention = $"{official}.attention.self";
        var layout = new StateDictLayout()
            .EncoderEmbedding("encoder.embedding", "convbert.embeddings")
            .Rename("encoder.embedding.projection.{p}", "convbert.embeddings_project.{p}")
            .Rename($"{own}.mixer.query_projection.{{p}}", $"{attention}.query.{{p}}")
            .Rename($"{own}.mixer.key_projection.{{p}}", $"{attention}.key.{{p}}")
            .Rename($"{own}.mixer.value_projection.{{p}}", $"{attention}.value.{{p}}")
            .Rename($"{own}.mixer.span_convolution.weight", $"{attention}.key_conv_attn_layer.depthwise.weight")
            .Rename($"{own}.mixer.span_projection.weight", $"{attention}.key_conv_attn_layer.pointwise.weight")
            .Rename($"{own}.mixer.span_bias", $"{attention}.key_conv_attn_layer.bias")
            .Rename($"{own}.mixer.kernels.{{p}}", $"{attention}.conv_kernel_layer.{{p}}")
            .Rename($"{own}.mixer.convolved_projection.{{p}}", $"{attention}.conv_out_layer.{{p}}");
        if (model.Options.FeedForward.Options is GroupedFeedForwardOptions { Groups: var groups })
            layout.Convert($"{own}.feed_forward.hidden.bias", $"{official}.intermediate.dense.bias", Flat, bias => bias.View([groups, 1, -1]))
                .Convert($"{own}.feed_forward.output.bias", $"{official}.output.dense.bias", Flat, bias => bias.View([groups, 1, -1]));
        return layout
            .EncoderBlocks(own, "mixer.output_projection", "mixer_wiring", "convbert.")
            .Rename("encoder.head.transform.{p}", "generator_predictions.dense.{p}")
            .Rename("encoder.head.norm.{p}", "generator_predictions.LayerNorm.{p}")
            .Rename(model.Options.TiesEmbeddings ? "encoder.head.scores.bias" : "encoder.head.scores.output.bias", "generator_lm_head.bias")
            .TiedScores("encoder.head.scores.output.weight", "generator_lm_head.weight", model.Options.TiesEmbeddings);
    }

    private static Tensor Flat(Tensor bias) => bias.Flatten();

    private static Part<ChannelMixer> FeedForward(int groups, string activation, int width, int hidden)
    {
        if (groups < 1 || width % groups != 0 || hidden % groups != 0)
            throw new UserException($"ConvBERT's 'num_groups' must divide 'hidden_size' and 'intermediate_size', found {groups} for {width} and {hidden}.");
        return groups > 1 ? ConvBertOptions.Grouped(groups, activation)
            : Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = activation });
    }
}
