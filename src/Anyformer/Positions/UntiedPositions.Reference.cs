using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The sentence encoder of TUPE, in fairseq's names: words without positions, and blocks that share untied positions.</summary>
internal sealed class TupeReference : ModelReference<TupeReference.Encoder>
{
    protected override Encoder Build(ParityCase parity)
    {
        var (config, width, heads) = (parity.Config, parity.Config.Int("embedding_dim"), parity.Config.Int("num_attention_heads"));
        config.WithoutEffect("dropout", "attention_dropout", "activation_dropout", "apply_bert_init", "export");
        var (buckets, farthest) = (config.Int("rel_pos_bins", 32), config.Int("max_rel_pos", 128));
        var positions = new UntiedPositions(new AttentionShape(heads, width / heads), new UntiedPositionsOptions
        {
            Tokens = config.Int("max_seq_len", 256),
            Buckets = config.Bool("rel_pos", false) ? buckets : 0,
            MaxDistance = farthest,
        });
        var isFirst = config.Bool("encoder_normalize_before", false);
        var activation = Activations.Named(config.String("activation_fn", "relu"));
        Wiring Wiring() => isFirst ? new PreNorm(new LayerNorm(width)) : new PostNorm(new LayerNorm(width));
        var blocks = ModuleList<EncoderBlock>.Of(config.Int("num_encoder_layers", 6), _ => new EncoderBlock(
            new MultiHeadAttention(width, heads, new ModifiedAttention([positions])), Wiring(),
            new PositionwiseFeedForward(width, config.Int("ffn_embedding_dim", 3072), activation), Wiring()));
        return new Encoder(
            positions, new Embedding(config.Int("vocab_size"), width, config.Int("padding_idx")),
            config.Bool("embedding_normalize", false) ? new LayerNorm(width) : null, blocks, isFirst ? new LayerNorm(width) : null);
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("positions.positions", "pos.weight")
        .Rename("positions.norm.{p}", "pos_ln.{p}")
        .Rename("positions.query_projection.{p}", "pos_q_linear.{p}")
        .Rename("positions.key_projection.{p}", "pos_k_linear.{p}")
        .Rename("positions.table.weight", "relative_attention_bias.weight")
        .Rename("words.weight", "embed_tokens.weight")
        .Rename("input_norm.{p}", "emb_layer_norm.{p}")
        .Rename("output_norm.{p}", "emb_out_layer_norm.{p}")
        .Merge("layers.{i}.self_attn.in_proj_weight", 0, "blocks.{i}.mixer.query_projection.weight", "blocks.{i}.mixer.key_projection.weight",
            "blocks.{i}.mixer.value_projection.weight")
        .Merge("layers.{i}.self_attn.in_proj_bias", 0, "blocks.{i}.mixer.query_projection.bias", "blocks.{i}.mixer.key_projection.bias",
            "blocks.{i}.mixer.value_projection.bias")
        .Rename("blocks.{i}.mixer.output_projection.{p}", "layers.{i}.self_attn.out_proj.{p}")
        .Rename("blocks.{i}.mixer_wiring.norm.{p}", "layers.{i}.self_attn_layer_norm.{p}")
        .Rename("blocks.{i}.feed_forward.hidden.{p}", "layers.{i}.fc1.{p}")
        .Rename("blocks.{i}.feed_forward.output.{p}", "layers.{i}.fc2.{p}")
        .Rename("blocks.{i}.feed_forward_wiring.norm.{p}", "layers.{i}.final_layer_norm.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(Encoder module, ParityCase parity)
    {
        var tokens = parity.Input("tokens");
        var states = module.Call(tokens, tokens.Ne(parity.Config.Int("padding_idx")), parity.Config.Double("embed_scale", 1));
        return new Dictionary<string, Tensor> { ["states"] = states, ["sentence_rep"] = states.Select(1, 0) };
    }

    internal sealed class Encoder(UntiedPositions positions, Embedding words, LayerNorm? inputNorm, ModuleList<EncoderBlock> blocks, LayerNorm? outputNorm)
        : Module
    {
        private UntiedPositions Positions { get; } = positions;

        private Embedding Words { get; } = words;

        private LayerNorm? InputNorm { get; } = inputNorm;

        private ModuleList<EncoderBlock> Blocks { get; } = blocks;

        private LayerNorm? OutputNorm { get; } = outputNorm;

        public Tensor Call(Tensor tokens, Tensor real, double scale)
        {
            var embedded = Words.Call(tokens) * scale;
            var state = (InputNorm?.Call(embedded) ?? embedded).MaskedFill(!real.Unsqueeze(-1), 0);
            foreach (var block in Blocks)
                state = block.Call(state, AttentionMask.OfTokens(real));
            return OutputNorm?.Call(state) ?? state;
        }
    }
}
