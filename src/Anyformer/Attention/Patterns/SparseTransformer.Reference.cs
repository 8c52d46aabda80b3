using System.Text.Json;
using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Cases of openai/sparse_attention: its patterns, and the residual block of the paper.</summary>
[Reference("sparse-transformer")]
internal sealed class SparseTransformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Config.Has("patterns") ? new PatternsReference().Run(parity) : new BlockReference().Run(parity);

    /// <summary>Every pattern of the case, and unions of some, on the same queries, keys and values.</summary>
    private sealed class PatternsReference : ModelReference<MultiPattern>
    {
        protected override MultiPattern Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("n_ctx", "n_embd");
            var heads = config.Int("heads");
            var patterns = config.Json("patterns").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!, item => Pattern(item, heads));
            foreach (var union in config.Has("merged") ? config.Json("merged").EnumerateArray() : default)
            {
                string[] ids = [.. union.EnumerateArray().Select(id => id.GetString()!)];
                patterns[string.Join("+", ids)] = ids.Select(id => patterns[id]).Aggregate((left, right) => left | right);
            }

            return new MultiPattern(patterns, heads);
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(MultiPattern module, ParityCase parity)
        {
            Tensor Heads(string name) => Attention.Heads.Split(parity.Input(name), module.Heads);
            var outputs = new Dictionary<string, Tensor>();
            foreach (var (id, pattern) in module.Patterns)
            {
                outputs[$"y.{id}"] = Attention.Heads.Join(new PatternAttention(pattern, 4).Call(Heads("q"), Heads("k"), Heads("v")));
                outputs[$"mask.{id}"] = pattern.DenseMask((int)parity.Input("q").Size(1), module.Heads).Expand([module.Heads, -1, -1]).To(DType.UInt8);
            }

            return outputs;
        }

        private static AttentionPattern Pattern(JsonElement item, int heads)
        {
            int Number(string name) => item.GetProperty(name).GetInt32();
            return item.GetProperty("attn_mode").GetString() switch
            {
                "all" => AttentionPattern.Causal,
                "local" => AttentionPattern.Band(Number("local_attn_ctx") - 1, 0),
                "strided" => AttentionPattern.Strided(Number("local_attn_ctx")) & AttentionPattern.Causal,
                "fixed" => Fixed(Number("local_attn_ctx"), Number("num_verts"), Number("vertsize") * Number("blocksize"), heads),
                var mode => throw new UserException($"The mode '{mode}' of the case is none of all, local, strided and fixed."),
            };
        }

        private static AttentionPattern Fixed(int stride, int summaries, int size, int heads) => AttentionPattern.PerHead(Enumerable.Range(0, heads).Select(head =>
            (AttentionPattern.BlockLocal(stride) | AttentionPattern.Columns(stride, stride - (head % summaries + 1) * size, stride - head % summaries * size))
            & AttentionPattern.Causal));
    }

    private sealed class BlockReference : ModelReference<EncoderBlock>
    {
        protected override EncoderBlock Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("n_ctx");
            var (width, heads) = (config.Int("n_embd"), config.Int("heads"));
            var options = new SparseTransformerAttentionOptions
            {
                Stride = config.Int("stride"),
                Heads = config.String("mode") switch
                {
                    "heads" => HeadSharing.Split,
                    "merge" or "merged" => HeadSharing.Merged,
                    var mode => throw new UserException($"The mode '{mode}' of the case is neither heads nor merged."),
                },
            };
            return new EncoderBlock(
                new MultiHeadAttention(width, heads, new SparseTransformerAttention(options)), new PreNorm(new LayerNorm(width)),
                new PositionwiseFeedForward(width, 4 * width, Activations.Named("gelu-quick")), new PreNorm(new LayerNorm(width)));
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Merge("qkv.{p}", 0, "mixer.query_projection.{p}", "mixer.key_projection.{p}", "mixer.value_projection.{p}")
            .Rename("mixer.output_projection.{p}", "proj.{p}")
            .Rename("mixer_wiring.norm.{p}", "norm_attn.{p}")
            .Rename("feed_forward_wiring.norm.{p}", "norm_ff.{p}")
            .Rename("feed_forward.hidden.{p}", "fc1.{p}")
            .Rename("feed_forward.output.{p}", "fc2.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(EncoderBlock module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), AttentionMask.Causal) };
    }

    /// <summary>Patterns by name, for so many heads.</summary>
    private sealed class MultiPattern(IReadOnlyDictionary<string, AttentionPattern> patterns, int heads) : Module
    {
        private readonly IReadOnlyDictionary<string, AttentionPattern> _patterns = patterns;
        private readonly int _heads = heads;

        public IReadOnlyDictionary<string, AttentionPattern> Patterns => _patterns;

        public int Heads => _heads;
    }
}
