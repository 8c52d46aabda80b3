using Anyformer.Attention;
using Anyformer.Attention.Mixed;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Cases of NVIDIA/transformer-ls: the bidirectional attention, and the language model.</summary>
[Reference("long-short-transformer")]
internal sealed class LongShortReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => parity.Entry.EndsWith(": AttentionLS", StringComparison.Ordinal)
        ? new AttentionReference().Run(parity)
        : new ModelReference().Run(parity);

    private sealed class AttentionReference : ModelReference<LongShortAttention>
    {
        protected override LongShortAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("max_seq_len", "fp32_attn", "cls_token");
            var heads = config.Int("num_head");
            var shape = new TokenMixerShape(
                0, config.Int("transformer_dim"), heads, config.Double("attention_dropout", 0), heads * config.Int("head_dim"));
            var places = config.Int("conv_kernel_size", -1);
            return new LongShortAttention(shape, new LongShortAttentionOptions
            {
                Window = config.Int("window_size"),
                Landmarks = config.Int("num_landmarks"),
                ClassToken = HasClass(parity) || config.String("pooling_mode", "").Equals("cls", StringComparison.OrdinalIgnoreCase),
                Convolution = places > 0 ? places : null,
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Rename("query_projection.{p}", "W_q.{p}")
            .Rename("key_projection.{p}", "W_k.{p}")
            .Rename("value_projection.{p}", "W_v.{p}")
            .Rename("output_projection.{p}", "W_o.{p}")
            .Rename("token_norm.{p}", "dual_ln_l.{p}")
            .Rename("slot_norm.{p}", "dual_ln_s.{p}")
            .Rename("landmark_weights.{p}", "dconv_fc.{p}")
            .Rename("convolution", "conv.weight");

        protected override IReadOnlyDictionary<string, Tensor> Call(LongShortAttention module, ParityCase parity)
        {
            var (x, real) = (parity.Input("x"), parity.Input("mask").To(DType.Bool));
            var y = HasClass(parity) ? module.Call(x, parity.Input("cls_embed"), real) : module.Call(x, AttentionMask.OfTokens(real));
            return new Dictionary<string, Tensor> { ["y"] = y };
        }

        private static bool HasClass(ParityCase parity) => parity.OptionalInput("cls_embed") is not null;
    }

    private sealed class ModelReference : ModelReference<LongShortLanguageModel>
    {
        protected override LongShortLanguageModel Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("grad_chk", "probing");
            int? Positive(string key) => config.Int(key, -1) is > 0 and var value ? value : null;
            return new LongShortLanguageModel(config.Int("vocab_size"), new LongShortLanguageModelOptions
            {
                Width = config.Int("d_model"),
                FeedForwardWidth = config.Int("d_inner"),
                Heads = config.Int("n_head"),
                Layers = config.Int("n_layer"),
                MemoryLength = config.Int("mem_len"),
                ChunkSize = config.Int("chunk_size"),
                ChunkRank = config.Int("chunk_rank"),
                Window = config.Int("window_len"),
                Dropout = config.Double("dropout"),
                EmbeddingDropout = config.Double("emb_dropout"),
                Bias = config.Bool("use_bias"),
                NormFirst = config.Bool("pre_ln"),
                Activation = config.Bool("use_gelu") ? "gelu" : "relu",
                FurthestInWindow = Positive("clamp_len"),
                FurthestChunk = Positive("cpos_clamp_len"),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
            .Unused("out_emb.weight")
            .Rename("embedding.weight", "in_emb.weight")
            .Rename("output_bias", "out_emb.bias")
            .Rename("frequencies", "pos_emb.inv_freq")
            .Rename("layers.{i}.attention.query_projection.{p}", "layers.{i}.attn.proj_query.{p}")
            .Rename("layers.{i}.attention.key_projection.{p}", "layers.{i}.attn.proj_key.{p}")
            .Rename("layers.{i}.attention.value_projection.{p}", "layers.{i}.attn.proj_val.{p}")
            .Rename("layers.{i}.attention.output_projection.{p}", "layers.{i}.attn.proj_out.{p}")
            .Rename("layers.{i}.attention.chunk_weights.{p}", "layers.{i}.attn.dconv_1.{p}")
            .Rename("layers.{i}.attention.chunk_norm.{p}", "layers.{i}.attn.dual_ln_dproj.{p}")
            .Rename("layers.{i}.attention.window_norm.{p}", "layers.{i}.attn.dual_ln_win.{p}")
            .Rename("layers.{i}.attention.window_positions.{p}", "layers.{i}.attn.r_net.{p}")
            .Rename("layers.{i}.attention.chunk_positions.{p}", "layers.{i}.attn.r_net_chunk.{p}")
            .Unsqueeze("layers.{i}.attention.content_bias", "layers.{i}.attn.r_w_bias", 2)
            .Rename("layers.{i}.attention.position_bias", "layers.{i}.attn.r_r_bias")
            .Rename("layers.{i}.attention_norm.{p}", "layers.{i}.norm1.{p}")
            .Rename("layers.{i}.feed_forward_norm.{p}", "layers.{i}.norm2.{p}")
            .Rename("layers.{i}.feed_forward.hidden.{p}", "layers.{i}.ff.fc1.{p}")
            .Rename("layers.{i}.feed_forward.output.{p}", "layers.{i}.ff.fc2.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(LongShortLanguageModel module, ParityCase parity)
        {
            var layers = Enumerable.Range(0, parity.Config.Int("n_layer"));
            var memory = layers.Select(layer => parity.Input($"h_cache.{layer}")).ToArray();
            var (logProbabilities, next) = module.Call(parity.Input("ids"), memory);
            var outputs = new Dictionary<string, Tensor> { ["log_probs"] = logProbabilities };
            foreach (var layer in layers)
                outputs[$"h_cache_next.{layer}"] = next[layer];
            return outputs;
        }
    }
}
