using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Attention.Windows;
using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// Cases of BigBird in Hugging Face's transformers, <c>models/big_bird/modeling_big_bird.py</c>: the model, or its attention before the output
/// projection to given random blocks, and beside it in full.
/// </summary>
[Reference("bigbird")]
internal sealed class BigBirdReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Entry.EndsWith(": BigBirdModel", StringComparison.Ordinal) ? new WholeReference().Run(parity) : new HeadsReference().Run(parity);

    private sealed class WholeReference : ModelReference<BigBird>
    {
        protected override BigBird Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("use_cache", "initializer_range", "sep_token_id", "bos_token_id", "eos_token_id");
            return new BigBird(new BigBirdOptions
            {
                Vocabulary = config.Int("vocab_size", 50358),
                Width = config.Int("hidden_size"),
                Layers = config.Int("num_hidden_layers"),
                Heads = config.Int("num_attention_heads"),
                FeedForwardWidth = config.Int("intermediate_size"),
                Activation = config.Activation("hidden_act", "gelu_new"),
                Attention = Attention(config),
                InputBias = config.Bool("use_bias", true),
                Positions = config.Int("max_position_embeddings", 4096),
                TokenTypes = config.Int("type_vocab_size", 2),
                PaddingToken = config.Int("pad_token_id", 0),
                ScaledTokens = config.Bool("rescale_embeddings", false),
                Dropout = config.Double("hidden_dropout_prob", 0.1),
                AttentionDropout = config.Double("attention_probs_dropout_prob", 0.1),
                NormEpsilon = config.Double("layer_norm_eps", 1e-12),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .TokenEmbedding("embedding", "embedding_norm")
            .EncoderBlocks("blocks.{i}", "mixer.output_projection", "mixer_wiring")
            .Rename("blocks.{i}.mixer.{projection}_projection.{p}", "encoder.layer.{i}.attention.self.{projection}.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(BigBird module, ParityCase parity)
        {
            var real = parity.OptionalInput("attention_mask")?.Ne(0);
            var (tokens, pooled) = module.Call(parity.Input("input_ids"), real, parity.OptionalInput("token_type_ids"));
            return new Dictionary<string, Tensor> { ["last_hidden_state"] = tokens, ["pooler_output"] = pooled };
        }

        private static Part<AttentionFunction> Attention(ReferenceConfig config)
        {
            var options = new BigBirdAttentionOptions
            {
                BlockSize = config.Int("block_size", 64),
                RandomBlocks = config.Int("num_random_blocks", 3),
                Seed = 0,
                FirstBlockInEvaluation = true,
            };
            return config.String("attention_type", "block_sparse") == "original_full"
                ? Part<AttentionFunction>.Of("softmax")
                : Part<AttentionFunction>.Of("bigbird", options);
        }
    }

    private sealed class HeadsReference : ModelReference<Projections>
    {
        protected override Projections Build(ParityCase parity)
        {
            // The authors' random choice ends there, and the cases give it.
            parity.Config.WithoutEffect("max_position_embeddings");
            return new Projections(parity.Config.Int("hidden_size"), parity.Config.Bool("use_bias", true));
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(Projections module, ParityCase parity)
        {
            var config = parity.Config;
            var heads = config.Int("num_attention_heads");
            var options = new BigBirdAttentionOptions { BlockSize = config.Int("block_size"), RandomBlocks = config.Int("num_random_blocks") };
            var dropout = config.Double("attention_probs_dropout_prob", 0.1);
            var (queries, keys, values) = module.Call(parity.Input("hidden_states"), heads);
            var mask = parity.OptionalInput("attention_mask") is { } real ? AttentionMask.OfTokens(real.Ne(0)) : null;
            Tensor Full() => Heads.Join(new SoftmaxAttention().Call(queries, keys, values, mask));
            if (parity.OptionalInput("rand_attn") is not { } randomBlocks)
                return new Dictionary<string, Tensor> { ["y"] = Full() };
            var attention = new BigBirdAttention(new AttentionShape(heads, (int)queries.Size(3), dropout), options);
            var sparse = Heads.Join(attention.Call(queries, keys, values, mask, randomBlocks));
            return parity.Outputs.ContainsKey("y_full")
                ? new Dictionary<string, Tensor> { ["y_sparse"] = sparse, ["y_full"] = Full() }
                : new Dictionary<string, Tensor> { ["y"] = sparse };
        }
    }

    /// <summary>The projections of the reference's attention, which has no output projection.</summary>
    private sealed class Projections(long width, bool bias) : Module
    {
        private Linear Query { get; } = new(width, width, bias);

        private Linear Key { get; } = new(width, width, bias);

        private Linear Value { get; } = new(width, width, bias);

        internal (Tensor Queries, Tensor Keys, Tensor Values) Call(Tensor tokens, long heads) =>
            (Heads.Split(Query.Call(tokens), heads), Heads.Split(Key.Call(tokens), heads), Heads.Split(Value.Call(tokens), heads));
    }
}
