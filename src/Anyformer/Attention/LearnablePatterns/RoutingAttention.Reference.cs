using Anyformer.Attention.Local;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>Cases of lucidrains/routing-transformer: the attention of a layer, or a step of its k-means.</summary>
[Reference("routing-transformer")]
internal sealed class RoutingAttentionReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Entry.Contains("kmeans_iter", StringComparison.Ordinal) ? MoveMeans(parity) : new LayerReference().Run(parity);

    private static ParityResult MoveMeans(ParityCase parity)
    {
        var means = parity.Input("means");
        var clusters = new KMeans((int)means.Size(0), (int)means.Size(1), (int)means.Size(2), parity.Config.Double("ema_decay"));
        clusters.Means.CopyInPlace(means);
        var units = parity.Input("x").ToUnitLength();
        var nearest = KMeans.Nearest(units, means);
        var moved = KMeans.Moved(means, units, nearest);
        clusters.Follow(moved);
        return new ParityResult(new Dictionary<string, Tensor> { ["buckets"] = nearest, ["new_means"] = moved, ["ema_means"] = clusters.Means });
    }

    private sealed class LayerReference : ModelReference<RoutingAttention>
    {
        protected override RoutingAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            // The reference does nothing with the first three; whether there is a context shows at the call, and cases do not drop anything.
            config.WithoutEffect("depth", "conv_query_kernel", "context_window_size", "receives_context", "dropout");
            var (heads, window, isShared) = (config.Int("heads"), config.Int("window_size"), config.Bool("shared_qk", false));
            var inner = config.Has("dim_head") ? heads * config.Int("dim_head") : config.Int("dim");
            var shape = new TokenMixerShape(config.Int("max_seq_len"), config.Int("dim"), heads, config.Double("attn_dropout", 0), inner);
            return new RoutingAttention(shape, new RoutingAttentionOptions
            {
                Clusters = config.Int("max_seq_len") / window,
                Window = window,
                LocalHeads = config.Int("local_attn_heads"),
                LocalWindow = config.Int("local_attn_window_size", window),
                LocalRadius = config.Int("local_attn_radius_blocks", 1),
                LocalRotary = config.Bool("rel_pos_emb", true),
                SharedKeys = isShared,
                Memory = Math.Max(config.Int("num_mem_kv", 0), config.Bool("causal", false) && !isShared ? 1 : 0),
                Decay = config.Double("kmeans_ema_decay", 0.999),
                Commitment = config.Double("commitment_factor", 1e-4),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("local_projection.{p}", "local_to_qkv.{p}")
            .Rename("query_projection.{p}", "to_q.{p}")
            .Rename("key_projection.{p}", "to_k.{p}")
            .Rename("value_projection.{p}", "to_v.{p}")
            .Rename("output_projection.{p}", "to_out.{p}")
            .Rename("routing.clusters.means", "global_attn.kmeans.means")
            .Rename("routing.clusters.is_initialized", "global_attn.kmeans.initted")
            .Rename("routing.memory_keys", "global_attn.mem_key")
            .Rename("routing.memory_values", "global_attn.mem_value")
            .Unused("local_attn.rel_pos.inv_freq");

        protected override IReadOnlyDictionary<string, Tensor> Call(RoutingAttention module, ParityCase parity)
        {
            using var losses = new AuxiliaryLoss();
            var (tokens, context, real) = (parity.Input("x"), parity.OptionalInput("context"), parity.OptionalInput("input_mask"));
            var mask = new AttentionMask
            {
                IsCausal = parity.Config.Bool("causal", false),
                Queries = real,
                Keys = context is null ? real : parity.OptionalInput("context_mask"),
            };
            var mixed = context is null ? module.Call(tokens, mask) : module.Call(tokens, context, mask);
            return new Dictionary<string, Tensor> { ["y"] = mixed, ["aux_loss"] = losses.Terms.Single().Alias() };
        }
    }
}
