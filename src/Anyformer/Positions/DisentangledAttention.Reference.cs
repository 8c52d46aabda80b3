using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Microsoft's DisentangledSelfAttention, which has no output projection.</summary>
internal sealed class DebertaReference : ModelReference<DisentangledHeads>
{
    protected override DisentangledHeads Build(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("hidden_dropout_prob", "attention_probs_dropout_prob");
        var terms = config.Bool("relative_attention", false) ? config.String("pos_att_type", "").Split('|') : [];
        var (farthest, positions) = (config.Int("max_relative_positions", -1), config.Int("max_position_embeddings", 512));
        return new DisentangledHeads(new TokenMixerShape(0, config.Int("hidden_size"), config.Int("num_attention_heads")), new DisentangledAttentionOptions
        {
            MaxDistance = farthest < 1 ? positions : farthest,
            Buckets = Math.Max(0, config.Int("position_buckets", -1)),
            SharedProjections = config.Bool("share_att_key", false),
            ContentToPosition = terms.Contains("c2p"),
            PositionToContent = terms.Contains("p2c"),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("query_projection.{p}", "self.query_proj.{p}")
        .Rename("key_projection.{p}", "self.key_proj.{p}")
        .Rename("value_projection.{p}", "self.value_proj.{p}")
        .Rename("position_key_projection.{p}", "self.pos_key_proj.{p}")
        .Rename("position_query_projection.{p}", "self.pos_query_proj.{p}")
        .Rename("distances", "rel_embeddings.weight");

    protected override IReadOnlyDictionary<string, Tensor> Call(DisentangledHeads module, ParityCase parity)
    {
        var mask = AttentionMask.OfPairs(parity.Input("attention_mask").To(DType.Bool));
        return ShawReference.WithWeights(() => module.Call(parity.Input("hidden_states"), mask), "hidden_states", "attention_probs");
    }
}
