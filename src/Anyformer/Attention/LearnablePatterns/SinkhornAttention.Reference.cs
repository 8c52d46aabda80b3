using System.Globalization;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>Cases of lucidrains/sinkhorn-transformer: the attention of a layer, or the operator alone.</summary>
[Reference("sinkhorn")]
internal sealed class SinkhornAttentionReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Entry.EndsWith(": sinkhorn_sorting_operator", StringComparison.Ordinal) ? Normalize(parity) : new LayerReference().Run(parity);

    private static ParityResult Normalize(ParityCase parity)
    {
        var logarithms = parity.Input("r");
        logarithms.RequiresGrad = true;
        var outputs = parity.Config.Ints("n_iters").ToDictionary(
            count => string.Create(CultureInfo.InvariantCulture, $"p{count}"), count => BucketMatches.Sinkhorn(logarithms, count));
        Autograd.Backward([.. outputs.Values], [.. outputs.Keys.Select(name => parity.Input($"probe.{name}"))]);
        return new ParityResult(outputs, new Dictionary<string, Tensor> { ["input.r"] = logarithms.Grad! });
    }

    private sealed class LayerReference : ModelReference<MultiHeadAttention>
    {
        protected override MultiHeadAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            // Cases do not drop anything.
            config.WithoutEffect("dropout");
            var isCausal = config.Bool("causal", false);
            var (heads, bucket) = (config.Int("heads", 8), config.Int("bucket_size"));
            var inner = config.Has("dim_head") ? heads * config.Int("dim_head") : config.Int("dim");
            var shape = new TokenMixerShape(config.Int("max_seq_len"), config.Int("dim"), heads, config.Double("attn_dropout", 0), inner);
            var isTop = config.Bool("non_permutative", true);
            return new MultiHeadAttention(shape, new SinkhornAttention(shape.OfFunction, new SinkhornAttentionOptions
            {
                Bucket = bucket,
                KeyBucket = config.Has("kv_bucket_size") ? config.Int("kv_bucket_size") : null,
                Matching = isCausal || isTop ? BucketMatching.Top : BucketMatching.Sinkhorn,
                Matches = config.Int("n_top_buckets", 1),
                SortCut = config.Int("n_sortcut", 0),
                LearnedSorting = config.Bool("use_simple_sort_net", false),
                LearnedNull = isCausal,
                Iterations = config.Int("sinkhorn_iter", 5),
                Temperature = config.Double("temperature", 0.75),
                LocalHeads = config.Int("n_local_attn_heads", 0),
            }), inputBias: false);
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var (isCausal, matches) = (parity.Config.Bool("causal", false), parity.Config.Int("n_top_buckets", 1));
            return new StateDictLayout()
                .Rename("query_projection.{p}", "to_q.{p}")
                .Merge("to_kv.{p}", 0, "key_projection.{p}", "value_projection.{p}")
                .Rename("output_projection.{p}", "to_out.{p}")
                .Rename("function.null_keys", "sinkhorn_attention.null_keys")
                .Rename("function.null_values", "sinkhorn_attention.null_values")
                // Without a causal mask the reference has no columns for what stands before the first bucket.
                .Convert("function.sorting.weight", "sinkhorn_attention.sort_net.linear",
                    weight => (isCausal ? weight : weight.Narrow(2, matches, weight.Size(2) - matches)).Unsqueeze(0),
                    weight => isCausal ? weight.Squeeze(0) : weight.Squeeze(0).ConstantPadNd([matches, 0]));
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity)
        {
            using var draws = new RandomDraws(parity.OptionalInput("gumbel_uniform") is { } noise ? [noise] : []);
            var real = parity.OptionalInput("input_mask");
            var mask = new AttentionMask { IsCausal = parity.Config.Bool("causal", false), Keys = real, Queries = real };
            return new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), mask) };
        }
    }
}
