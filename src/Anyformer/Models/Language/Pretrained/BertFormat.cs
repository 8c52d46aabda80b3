using System.Text.Json.Nodes;
using Anyformer.Blocks.Layers;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Models.Language.Encoders;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Recipes;

namespace Anyformer.Models.Language.Pretrained;

/// <summary><see cref="Bert"/> as <c>BertForPreTraining</c>, <c>models/bert/modeling_bert.py</c>.</summary>
internal sealed class BertFormat : PretrainedArchitecture<Bert>
{
    /// <inheritdoc/>
    public override string ModelType => "bert";

    /// <inheritdoc/>
    public override string Architecture => "BertForPreTraining";

    /// <inheritdoc/>
    public override string Prefix => "bert.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionalWeights => ["pooler.", "next_sentence.", "encoder.head."];

    /// <inheritdoc/>
    internal override Bert Build(ReferenceConfig config)
    {
        config.RefuseTrue("BERT", "is_decoder", "add_cross_attention");
        config.RequireString("BERT", "position_embedding_type", "absolute");
        var vocabulary = config.Int("vocab_size", 30522);
        var activation = config.Activation("hidden_act", "gelu");
        var options = new BertOptions
        {
            Width = config.Int("hidden_size", 768),
            Heads = config.Int("num_attention_heads", 12),
            FeedForwardWidth = config.Int("intermediate_size", 3072),
            Layers = new LayerOptions { Count = config.Int("num_hidden_layers", 12) },
            FeedForward = Part<ChannelMixer>.Of("feed-forward", new PositionwiseFeedForwardOptions { Activation = activation }),
            HeadActivation = activation,
            Norm = Part<NormalizationLayer>.Of("layer-norm", new LayerNormOptions { Epsilon = config.Double("layer_norm_eps", 1e-12) }),
            Dropout = config.Double("hidden_dropout_prob", 0.1),
            AttentionDropout = config.Double("attention_probs_dropout_prob", 0.1),
            Types = config.Int("type_vocab_size", 2),
            PaddingToken = config.PaddingToken(vocabulary, otherwise: 0),
            InitialDeviation = config.Double("initializer_range", 0.02),
            TiesEmbeddings = config.Bool("tie_word_embeddings", true),
        };
        return new Bert(new LanguageShape(vocabulary, config.Int("max_position_embeddings", 512)), options.Checked());
    }

    /// <inheritdoc/>
    internal override void Describe(Bert model, JsonObject config)
    {
        (config["vocab_size"], config["max_position_embeddings"]) = (model.Shape.Vocabulary, model.Shape.Tokens);
        config.DescribeEncoder(model.Options);
        config["hidden_act"] = TransformersConfig.ActivationName((model.Options.FeedForward.Options as PositionwiseFeedForwardOptions)?.Activation ?? "gelu");
    }

    /// <inheritdoc/>
    internal override (object Shape, TransformerOptions Options) Sizes(Bert model) => (model.Shape, model.Options);

    /// <inheritdoc/>
    internal override StateDictLayout Layout(Bert model)
    {
        const string own = "encoder.layers.blocks.{i}", official = "bert.encoder.layer.{i}";
        return new StateDictLayout()
            .EncoderEmbedding("encoder.embedding", "bert.embeddings")
            .Rename($"{own}.mixer.query_projection.{{p}}", $"{official}.attention.self.query.{{p}}")
            .Rename($"{own}.mixer.key_projection.{{p}}", $"{official}.attention.self.key.{{p}}")
            .Rename($"{own}.mixer.value_projection.{{p}}", $"{official}.attention.self.value.{{p}}")
            .EncoderBlocks(own, "mixer.output_projection", "mixer_wiring", "bert.")
            .Rename("pooler.{p}", "bert.pooler.dense.{p}")
            .Rename("next_sentence.{p}", "cls.seq_relationship.{p}")
            .Rename("encoder.head.transform.{p}", "cls.predictions.transform.dense.{p}")
            .Rename("encoder.head.norm.{p}", "cls.predictions.transform.LayerNorm.{p}")
            .Rename(model.Options.TiesEmbeddings ? "encoder.head.scores.bias" : "encoder.head.scores.output.bias", "cls.predictions.bias")
            .Unused("cls.predictions.decoder.bias")
            .TiedScores("encoder.head.scores.output.weight", "cls.predictions.decoder.weight", model.Options.TiesEmbeddings);
    }
}
