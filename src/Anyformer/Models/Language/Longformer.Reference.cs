using Anyformer.Attention;
using Anyformer.Attention.Windows;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// Cases of Longformer in Hugging Face's transformers, <c>models/longformer/modeling_longformer.py</c>: the model, or its self-attention before the
/// output projection; and of the dilated forms of allenai/longformer.
/// </summary>
[Reference("longformer")]
internal sealed class LongformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        if (parity.Entry.EndsWith(": LongformerModel", StringComparison.Ordinal))
            return new WholeReference().Run(parity);
        return parity.Config.Has("attention_dilation") ? new DilatedReference().Run(parity) : new HeadsReference().Run(parity);
    }

    private static StateDictLayout Heads(StateDictLayout layout, string own, string official)
    {
        foreach (var projection in (string[])["query", "key", "value"])
            layout.Rename($"{own}global_{projection}_projection.{{p}}", $"{official}{projection}_global.{{p}}")
                .Rename($"{own}{projection}_projection.{{p}}", $"{official}{projection}.{{p}}");
        return layout;
    }

    private static TokenMixerShape ShapeOf(ReferenceConfig config) =>
        new(0, config.Int("hidden_size"), config.Int("num_attention_heads"), config.Double("attention_probs_dropout_prob", 0));

    private sealed class WholeReference : ModelReference<Longformer>
    {
        protected override Longformer Build(ParityCase parity)
        {
            var config = parity.Config;
            var layers = config.Int("num_hidden_layers");
            config.WithoutEffect("initializer_range", "sep_token_id", "bos_token_id", "eos_token_id");
            return new Longformer(new LongformerOptions
            {
                Vocabulary = config.Int("vocab_size"),
                Width = config.Int("hidden_size"),
                Layers = layers,
                Heads = config.Int("num_attention_heads"),
                FeedForwardWidth = config.Int("intermediate_size"),
                Activation = config.Activation("hidden_act", "gelu"),
                Windows = config.PerLayer("attention_window", layers),
                Positions = config.Int("max_position_embeddings", 512),
                TokenTypes = config.Int("type_vocab_size", 2),
                PaddingToken = config.Int("pad_token_id", 1),
                Dropout = config.Double("hidden_dropout_prob", 0.1),
                AttentionDropout = config.Double("attention_probs_dropout_prob", 0.1),
                NormEpsilon = config.Double("layer_norm_eps", 1e-12),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => Heads(
            new StateDictLayout()
                .TokenEmbedding("embedding", "embedding_norm")
                .EncoderBlocks("blocks.{i}", "attention.output_projection", "attention_wiring")
                .Rename("pooler.{p}", "pooler.dense.{p}"),
            "blocks.{i}.attention.heads.", "encoder.layer.{i}.attention.self.");

        protected override IReadOnlyDictionary<string, Tensor> Call(Longformer module, ParityCase parity)
        {
            var real = parity.OptionalInput("attention_mask")?.Ne(0);
            var isGlobal = parity.OptionalInput("global_attention_mask")?.Ne(0);
            var (tokens, pooled) = module.Call(parity.Input("input_ids"), real, isGlobal, parity.OptionalInput("token_type_ids"));
            return new Dictionary<string, Tensor> { ["last_hidden_state"] = tokens, ["pooler_output"] = pooled };
        }
    }

    private sealed class HeadsReference : ModelReference<LongformerHeads>
    {
        protected override LongformerHeads Build(ParityCase parity)
        {
            var config = parity.Config;
            var window = config.PerLayer("attention_window", 1)[config.Int("layer_id", 0)];
            config.WithoutEffect("num_hidden_layers");
            return new LongformerHeads(ShapeOf(config), new LongformerAttentionOptions { Window = window }, hasGlobalTokens: true);
        }

        protected override StateDictLayout Layout(ParityCase parity) => Heads(new StateDictLayout(), "", "");

        protected override IReadOnlyDictionary<string, Tensor> Call(LongformerHeads module, ParityCase parity)
        {
            var mask = parity.Input("attention_mask");
            var contexts = module.Call(parity.Input("hidden_states"), GlobalTokens.Of(mask > 0), AttentionMask.OfTokens(mask >= 0));
            return new Dictionary<string, Tensor> { ["y"] = contexts };
        }
    }

    private sealed class DilatedReference : ModelReference<LongformerHeads>
    {
        protected override LongformerHeads Build(ParityCase parity)
        {
            var config = parity.Config;
            var dilations = config.PerLayer("attention_dilation", config.Int("num_attention_heads"));
            var options = new LongformerAttentionOptions { Window = config.Int("attention_window"), Dilations = dilations };
            return new LongformerHeads(ShapeOf(config), options, hasGlobalTokens: false);
        }

        protected override StateDictLayout Layout(ParityCase parity) => Heads(new StateDictLayout(), "", "");

        protected override IReadOnlyDictionary<string, Tensor> Call(LongformerHeads module, ParityCase parity)
        {
            var mask = parity.Config.Bool("autoregressive", false) ? AttentionMask.Causal : null;
            return new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), globals: null, mask) };
        }
    }
}
