using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Models.Language;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>Cases of attention with a prior, by what their configuration names.</summary>
[Reference("priors")]
internal sealed class PriorsReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        ReferenceAdapter adapter = parity.Config switch
        {
            var config when config.Has("vocab_size") => new SpanTransformerReference(),
            var config when config.Has("residual_attn") => new RealFormerReference(),
            var config when config.Has("block") => new LazyFormerReference(),
            var config when config.Has("with_att_conv") => new EvolvingReference(),
            var config when config.Has("max_seq_length") => new ConditionalReference(),
            var config when config.Has("attn_offset") => new HardCodedReference(),
            var config when config.Has("aan_useffn") => new AverageReference(),
            var config when config.Has("length") => new AverageWeightsReference(),
            var config when config.Has("window_size") => new LocalAndDistantReference(),
            _ => new ScoreModifierReference(),
        };
        return adapter.Run(parity);
    }

    /// <summary>A stack of x-transformers with residual attention.</summary>
    private sealed class RealFormerReference : ModelReference<RealFormer>
    {
        protected override RealFormer Build(ParityCase parity)
        {
            var config = parity.Config;
            if (!config.Bool("residual_attn"))
                throw new UserException("The case says residual_attn: false; expected true.");
            var (width, heads, isFirst) = (config.Int("dim"), config.Int("heads"), config.Bool("pre_norm", true));
            var shape = new TokenMixerShape(0, width, heads, InnerWidth: heads * config.Int("attn_dim_head", 64));
            var options = new SharedMapOptions { Layers = config.Int("depth"), FeedForwardWidth = width * config.Int("ff_mult", 4) };
            Wiring Wiring() => isFirst ? new PreNorm(new LayerNorm(width)) : new PostNorm(new LayerNorm(width));
            return new RealFormer(shape, options, Wiring, isFirst ? new LayerNorm(width) : null);
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout().Rename("norm.{p}", "final_norm.{p}");
            var norm = parity.Config.Bool("pre_norm", true) ? 0 : 2;
            for (var layer = 0; layer < parity.Config.Int("depth"); layer++)
            {
                var (own, attention, feedForward) = ($"layers.{layer}", $"layers.{2 * layer}", $"layers.{2 * layer + 1}");
                foreach (var (map, letter) in new[] { ("query", "q"), ("key", "k"), ("value", "v"), ("output", "out") })
                    layout.Rename($"{own}.attention.{map}_projection.weight", $"{attention}.1.to_{letter}.weight");
                layout.Rename($"{own}.attention_wiring.norm.{{p}}", $"{attention}.0.{norm}.{{p}}")
                    .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{feedForward}.0.{norm}.{{p}}")
                    .Rename($"{own}.feed_forward.hidden.{{p}}", $"{feedForward}.1.ff.0.0.{{p}}")
                    .Rename($"{own}.feed_forward.output.{{p}}", $"{feedForward}.1.ff.3.{{p}}");
            }

            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(RealFormer module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var real = parity.OptionalInput("mask");
            var isCausal = parity.Config.String("class") == "Decoder";
            var outputs = new Dictionary<string, Tensor>
            {
                ["out"] = module.Call(parity.Input("x"), new AttentionMask { IsCausal = isCausal, Keys = real, Queries = real }),
            };
            foreach (var (scores, layer) in recorder.Named("scores").Select((scores, layer) => (scores, layer)))
                outputs[$"scores.{layer}"] = scores.Alias();
            return outputs;
        }
    }

    private sealed class LazyFormerReference : ModelReference<LazyFormer>
    {
        protected override LazyFormer Build(ParityCase parity)
        {
            var config = parity.Config;
            return new LazyFormer(new TokenMixerShape(0, config.Int("dim"), config.Int("heads")),
                new LazyFormerOptions { Layers = config.Int("layers"), Block = config.Int("block"), FeedForwardWidth = config.Int("ffn") });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout()
                .Rename("layers.{i}.value_projection.{p}", "layers.{i}.v_proj.{p}")
                .Rename("layers.{i}.output_projection.{p}", "layers.{i}.out_proj.{p}")
                .Rename("layers.{i}.feed_forward.hidden.{p}", "layers.{i}.fc1.{p}")
                .Rename("layers.{i}.feed_forward.output.{p}", "layers.{i}.fc2.{p}")
                .Rename("layers.{i}.attention_wiring.norm.{p}", "layers.{i}.norm1.{p}")
                .Rename("layers.{i}.feed_forward_wiring.norm.{p}", "layers.{i}.norm2.{p}");
            var block = parity.Config.Int("block");
            for (var layer = 0; layer < parity.Config.Int("layers"); layer += block)
                layout.Rename($"maps.{layer / block}.query_projection.{{p}}", $"layers.{layer}.q_proj.{{p}}")
                    .Rename($"maps.{layer / block}.key_projection.{{p}}", $"layers.{layer}.k_proj.{{p}}");
            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(LazyFormer module, ParityCase parity)
        {
            using var recorder = new Recorder();
            var mask = parity.OptionalInput("padding_mask") is { } padding ? AttentionMask.OfTokens(!padding) : null;
            var outputs = new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("x"), mask) };
            foreach (var (weights, map) in recorder.Named("weights").Select((weights, map) => (weights, map)))
                outputs[$"attention.{map * parity.Config.Int("block")}"] = weights.Alias();
            return outputs;
        }
    }

    private sealed class ConditionalReference : ModelReference<ConditionalAttention>
    {
        protected override ConditionalAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("output_attentions");
            return new ConditionalAttention(new TokenMixerShape(config.Int("max_seq_length"), config.Int("hidden_size"),
                config.Int("num_attention_heads"), config.Double("attention_probs_dropout_prob")));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("query_projection.{p}", "query.{p}").Rename("key_projection.{p}", "key.{p}").Rename("value_projection.{p}", "value.{p}")
            .Rename("blocks", "random_weight_matrix").Rename("condition.{p}", "cond_block_diag_attn.gb_weights.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(ConditionalAttention module, ParityCase parity)
        {
            using var recorder = new Recorder();
            // The authors add a large negative number where a key may not be seen.
            var mask = parity.OptionalInput("attention_mask") is { } added ? AttentionMask.OfPairs(added.Eq(0)) : null;
            var context = module.Call(parity.Input("hidden_states"), parity.Input("task_embedding"), mask);
            return new Dictionary<string, Tensor> { ["context"] = context, ["attention_probs"] = recorder.Named("weights").Single().Alias() };
        }
    }

    private sealed class AverageReference : ModelReference<AverageAttention>
    {
        protected override AverageAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            return new AverageAttention(new TokenMixerShape(0, config.Int("model_dim"), 1, config.Double("dropout")),
                new AverageAttentionOptions { FeedForward = config.Bool("aan_useffn", false) });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("gates.{p}", "gating_layer.{p}").Rename("norm.{p}", "average_layer.layer_norm.{p}")
            .Rename("feed_forward.hidden.{p}", "average_layer.w_1.{p}").Rename("feed_forward.output.{p}", "average_layer.w_2.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(AverageAttention module, ParityCase parity)
        {
            var (mixed, averages) = module.CallWithAverages(parity.Input("layer_in"), AttentionMask.Causal);
            return new Dictionary<string, Tensor> { ["gating_out"] = mixed, ["average_out"] = averages };
        }
    }

    /// <summary>The weights of averages under the first authors' mask.</summary>
    private sealed class AverageWeightsReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity)
        {
            // The mask has the length.
            parity.Config.WithoutEffect("length");
            var real = parity.Input("tgt_mask");
            var mask = AttentionMask.OfTokens(real.Ne(0)) with { IsCausal = true };
            return new ParityResult(new Dictionary<string, Tensor> { ["weights"] = AverageAttention.Weights(real, mask) });
        }
    }
}
