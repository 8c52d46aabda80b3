using Anyformer.Checkpoints;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>
/// Cases of lucidrains/compressive-transformer-pytorch: segments one after the other, or one with given memories while training; and of the paper's
/// compression functions.
/// </summary>
[Reference("compressive-transformer")]
internal sealed class CompressiveTransformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => parity.Config.Has("num_tokens") ? new ModelCases().Run(parity) : new FunctionCases().Run(parity);

    private sealed class ModelCases : ModelReference<CompressiveTransformer>
    {
        protected override CompressiveTransformer Build(ParityCase parity)
        {
            var config = parity.Config;
            config.WithoutEffect("attn_dropout", "ff_dropout", "attn_layer_dropout", "reconstruction_attn_dropout");
            if (config.Bool("mogrify_gru", false))
                throw new UserException("The option 'mogrify_gru' of the case needs a gate that is not known here.");
            var (width, segment, depth) = (config.Int("dim"), config.Int("seq_len"), config.Int("depth"));
            return new CompressiveTransformer(new LanguageShape(config.Int("num_tokens"), segment), new CompressiveTransformerOptions
            {
                Width = width,
                EmbeddingWidth = config.Int("emb_dim", width),
                Layers = depth,
                Heads = config.Int("heads", 8),
                FeedForwardWidth = 4 * width,
                Memory = config.Int("mem_len", segment),
                Compressed = config.Has("cmem_len") ? config.Int("cmem_len") : null,
                Rate = config.Int("cmem_ratio", 4),
                MemoryLayers = config.Has("memory_layers") ? new(config.Ints("memory_layers").Select(layer => layer - 1)) : null,
                ReadsNextLayer = config.Bool("enhanced_recurrence", true),
                GatedResiduals = config.Bool("gru_gated_residual", true),
                GatedFeedForward = config.Bool("ff_glu", false),
                ReconstructionWeight = config.Double("reconstruction_loss_weight", 1),
            });
        }

        protected override void SetMode(CompressiveTransformer module, ParityCase parity) => module.Train(parity.Outputs.ContainsKey("aux_loss"));

        protected override StateDictLayout Layout(ParityCase parity)
        {
            const string attention = "attn_layers.{i}.fn.fn", feedForward = "ff_layers.{i}.fn.fn";
            var layout = new StateDictLayout()
                .Rename("embedding.weight", "token_emb.weight")
                .Rename("embedding_projection.{p}", "to_model_dim.{p}")
                .Rename("positions", "pos_emb")
                .Rename("output_projection.{p}", "to_logits.0.{p}")
                .Rename("output.{p}", "to_logits.1.{p}")
                .Rename("attentions.{i}.query_projection.weight", $"{attention}.to_q.weight")
                .Rename("attentions.{i}.key_value_projection.weight", $"{attention}.to_kv.weight")
                .Rename("attentions.{i}.output_projection.{p}", $"{attention}.to_out.{{p}}")
                .Rename("attentions.{i}.compression.convolution.{p}", $"{attention}.compress_mem_fn.conv.{{p}}");
            foreach (var parameter in new[] { "weight", "bias" })
            {
                layout.Rename($"feed_forwards.{{i}}.hidden.{parameter}", $"{feedForward}.w1.{parameter}");
                layout.Rename($"feed_forwards.{{i}}.output.{parameter}", $"{feedForward}.w2.{parameter}");
            }

            foreach (var (own, official) in new[] { ("attention_wirings", "attn_layers"), ("feed_forward_wirings", "ff_layers") })
            {
                layout.Rename($"{own}.{{i}}.norm.{{p}}", $"{official}.{{i}}.fn.norm.{{p}}");
                foreach (var (part, suffix) in new[] { ("input", "ih"), ("state", "hh") })
                    foreach (var parameter in new[] { "weight", "bias" })
                        layout.Rename($"{own}.{{i}}.{part}.{parameter}", $"{official}.{{i}}.gru.{parameter}_{suffix}");
            }

            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(CompressiveTransformer module, ParityCase parity) =>
            parity.Inputs.ContainsKey("mem") ? OneSegment(module, parity) : Segments(module, parity);

        private static Dictionary<string, Tensor> OneSegment(CompressiveTransformer module, ParityCase parity)
        {
            using var losses = new AuxiliaryLoss();
            var memory = new CompressiveMemory(parity.Input("mem").Unbind(0), parity.Input("compressed_mem").Unbind(0));
            var (scores, next) = module.CallSegment(parity.Input("x"), memory);
            return new Dictionary<string, Tensor>
            {
                ["logits"] = scores,
                ["mem"] = Functional.Stack([.. next.Recent], 0),
                ["compressed_mem"] = Functional.Stack([.. next.Compressed], 0),
                ["aux_loss"] = losses.AddTo(Functional.Zeros([])),
            };
        }

        private static Dictionary<string, Tensor> Segments(CompressiveTransformer module, ParityCase parity)
        {
            var outputs = new Dictionary<string, Tensor>();
            CompressiveMemory? memory = null;
            foreach (var (number, segment) in parity.Input("x").Split(parity.Config.Int("seq_len"), 1).Index())
            {
                (outputs[$"logits.{number}"], memory) = module.CallSegment(segment, memory);
                outputs[$"mem.{number}"] = Functional.Stack([.. memory.Recent], 0);
                outputs[$"compressed_mem.{number}"] = Functional.Stack([.. memory.Compressed], 0);
            }

            return outputs;
        }
    }

    /// <summary>All functions on the same memories.</summary>
    private sealed class FunctionCases : ModelReference<ConvolvedMemories>
    {
        protected override ConvolvedMemories Build(ParityCase parity) => new((int)parity.Input("old_mem").Size(2), parity.Config.Int("compression_rate"));

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("convolution.{p}", "conv.{p}");

        protected override IReadOnlyDictionary<string, Tensor> Call(ConvolvedMemories module, ParityCase parity)
        {
            var (old, rate) = (parity.Input("old_mem"), parity.Config.Int("compression_rate"));
            var (usage, width) = (parity.Input("attention").Mean([1, 2]), (int)old.Size(2));
            Tensor Compressed(CompressionKind kind) => MemoryCompression.Of(kind, width, rate).Call(old, usage);
            return new Dictionary<string, Tensor>
            {
                ["conv"] = module.Call(old, usage),
                ["mean_pool"] = Compressed(CompressionKind.Mean),
                ["max_pool"] = Compressed(CompressionKind.Max),
                ["most_used"] = Compressed(CompressionKind.MostUsed),
                ["most_used_index"] = new MostUsedMemories(rate).Places(usage),
            };
        }
    }
}
