using System.Globalization;
using System.Text.Json;
using Anyformer.Attention;
using Anyformer.Attention.LearnablePatterns;
using Anyformer.Attention.Local;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Cases of Hugging Face transformers, <c>modeling_reformer.py</c>: the model, or the heads of one layer.</summary>
[Reference("reformer")]
internal sealed class ReformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        if (!parity.Entry.EndsWith(": ReformerModel", StringComparison.Ordinal))
            return new HeadsReference().Run(parity);
        // The backward pass computes the blocks again, last first, and draws again what they drew.
        const string prefix = "random_rotations.";
        Tensor[] rotations = [.. parity.Inputs.Where(input => input.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(input => int.Parse(input.Key[prefix.Length..], CultureInfo.InvariantCulture)).Select(input => input.Value)];
        using var draws = new RandomDraws([.. rotations, .. rotations.Reverse()]);
        return new WholeReference().Run(parity);
    }

    private static ReformerOptions Read(ReferenceConfig config)
    {
        // Results do not depend on how much is computed at once, and caches are for generation.
        config.WithoutEffect("use_cache", "chunk_size_feed_forward", "chunk_size_lm_head", "pad_token_id", "hash_seed");
        config.WithoutEffect("initializer_range", "axial_norm_std");
        var hasBox = config.Bool("axial_pos_embds", true);
        return new ReformerOptions
        {
            Vocabulary = config.Int("vocab_size", 320),
            Width = config.Int("hidden_size", 256),
            Heads = config.Int("num_attention_heads", 12),
            HeadWidth = config.Int("attention_head_size", 64),
            Attention = new(config.Json("attn_layers").EnumerateArray()
                .Select(layer => layer.GetString() == "lsh" ? ReformerAttention.Lsh : ReformerAttention.Local)),
            Local = new LocalAttentionOptions
            {
                Window = config.Int("local_attn_chunk_length", 64),
                Backward = config.Int("local_num_chunks_before", 1),
                Forward = config.Int("local_num_chunks_after", 0),
            },
            Lsh = new LshAttentionOptions
            {
                Chunk = config.Int("lsh_attn_chunk_length", 64),
                Backward = config.Int("lsh_num_chunks_before", 1),
                Forward = config.Int("lsh_num_chunks_after", 0),
                Rounds = config.Int("num_hashes", 1),
                Buckets = !config.Has("num_buckets") ? null
                    : config.Json("num_buckets").ValueKind == JsonValueKind.Array ? [.. config.Ints("num_buckets")] : [config.Int("num_buckets")],
            },
            PositionBox = hasBox ? [.. Ints(config, "axial_pos_shape", 64, 64)] : null,
            PositionWidths = [.. Ints(config, "axial_pos_embds_dim", 64, 192)],
            MostTokens = config.Int("max_position_embeddings", 4096),
            FeedForwardWidth = config.Int("feed_forward_size", 512),
            Activation = config.Activation("hidden_act", "relu"),
            Dropout = config.Double("hidden_dropout_prob", 0.05),
            LocalDropout = config.Double("local_attention_probs_dropout_prob", 0.05),
            LshDropout = config.Double("lsh_attention_probs_dropout_prob", 0),
            NormEpsilon = config.Double("layer_norm_eps", 1e-12),
            IsCausal = config.Bool("is_decoder", false),
        };
    }

    private static int[] Ints(ReferenceConfig config, string key, params int[] otherwise) => config.Has(key) ? config.Ints(key) : otherwise;

    private static Tensor? Real(ParityCase parity) => parity.OptionalInput("attention_mask")?.Ne(0);

    private sealed class WholeReference : ModelReference<Reformer>
    {
        protected override Reformer Build(ParityCase parity) => new(Read(parity.Config));

        protected override StateDictLayout Layout(ParityCase parity) => HeadBuffers("encoder.layers.{i}.attention.self_attention.")
            .Rename("embedding.{p}", "embeddings.word_embeddings.{p}")
            .Rename("axial_positions.axes.{i}.weight", "embeddings.position_embeddings.weights.{i}")
            .Rename("positions.{p}", "embeddings.position_embeddings.embedding.{p}")
            .Rename("blocks.{i}.attention_norm.{p}", "encoder.layers.{i}.attention.layer_norm.{p}")
            .Rename("blocks.{i}.heads.{n}.{p}", "encoder.layers.{i}.attention.self_attention.{n}.{p}")
            .Rename("blocks.{i}.attention_output.{p}", "encoder.layers.{i}.attention.output.dense.{p}")
            .Rename("blocks.{i}.feed_forward_norm.{p}", "encoder.layers.{i}.feed_forward.layer_norm.{p}")
            .Rename("blocks.{i}.feed_forward.hidden.{p}", "encoder.layers.{i}.feed_forward.dense.dense.{p}")
            .Rename("blocks.{i}.feed_forward.output.{p}", "encoder.layers.{i}.feed_forward.output.dense.{p}")
            .Rename("norm.{p}", "encoder.layer_norm.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(Reformer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["last_hidden_state"] = module.Call(parity.Input("input_ids"), Real(parity)) };
    }

    private sealed class HeadsReference : ModelReference<ReformerHeads>
    {
        protected override ReformerHeads Build(ParityCase parity)
        {
            var options = Read(parity.Config);
            TokenMixerShape Shape(double dropout) => new(options.MostTokens, options.Width, options.Heads, dropout, options.Heads * options.HeadWidth);
            return parity.Entry.EndsWith(": LSHSelfAttention", StringComparison.Ordinal)
                ? new LshHeads(Shape(options.LshDropout), options.Lsh)
                : new ReformerLocalHeads(Shape(options.LocalDropout), options.Local);
        }

        protected override StateDictLayout Layout(ParityCase parity) => HeadBuffers("");

        protected override IReadOnlyDictionary<string, Tensor> Call(ReformerHeads module, ParityCase parity)
        {
            using var draws = new RandomDraws(parity.OptionalInput("random_rotations") is { } rotations ? [rotations] : []);
            using var recorder = parity.Outputs.ContainsKey("buckets") ? new Recorder() : null;
            var real = Real(parity);
            // The reference has a bucket for padding only where there is padding.
            var mask = new AttentionMask { IsCausal = Read(parity.Config).IsCausal, Keys = real is null || real.All().Item<bool>() ? null : real };
            var outputs = new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x"), mask) };
            if (recorder is not null)
                outputs["buckets"] = recorder.Named("buckets").Single().Alias();
            return outputs;
        }
    }

    /// <summary>The numbers that transformers keeps as buffers and that hide scores.</summary>
    private static StateDictLayout HeadBuffers(string path) => new StateDictLayout()
        .Unused(path + "self_mask_value_float16").Unused(path + "self_mask_value_float32")
        .Unused(path + "mask_value_float16").Unused(path + "mask_value_float32");
}
