using Anyformer.Attention;
using Anyformer.Attention.LowRank;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Cases of lucidrains/linformer: the attention, and the language model around it.</summary>
[Reference("linformer")]
internal sealed class LinformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Config.Has("num_tokens") ? new ModelCases().Run(parity) : new LayerCases().Run(parity);

    private static LinformerOptions Options(ReferenceConfig config) => new()
    {
        Rank = config.Int("k", 256),
        OneKeyValueHead = config.Bool("one_kv_head", false),
        SharedKeysAndValues = config.Bool("share_kv", false),
    };

    private static int? HeadWidth(ReferenceConfig config) => config.Has("dim_head") ? config.Int("dim_head") : null;

    private static StateDictLayout Attention(StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}query_projection.{{p}}", $"{official}to_q.{{p}}")
        .Rename($"{own}key_projection.{{p}}", $"{official}to_k.{{p}}")
        .Rename($"{own}value_projection.{{p}}", $"{official}to_v.{{p}}")
        .Rename($"{own}output_projection.{{p}}", $"{official}to_out.{{p}}")
        .Rename($"{own}reducer.keys", $"{official}proj_k")
        .Rename($"{own}reducer.values", $"{official}proj_v");

    private sealed class LayerCases : ModelReference<Linformer>
    {
        protected override Linformer Build(ParityCase parity)
        {
            var (config, heads) = (parity.Config, parity.Config.Int("heads", 8));
            var shape = new TokenMixerShape(
                config.Int("seq_len"), config.Int("dim"), heads, config.Double("dropout", 0), HeadWidth(config) * heads);
            return new Linformer(shape, Options(config));
        }

        protected override StateDictLayout Layout(ParityCase parity) => Attention(new StateDictLayout(), "", "");

        protected override IReadOnlyDictionary<string, Tensor> Call(Linformer module, ParityCase parity)
        {
            var tokens = parity.Input("x");
            return new Dictionary<string, Tensor> { ["y"] = module.Call(tokens, parity.OptionalInput("context") ?? tokens, mask: null) };
        }
    }

    private sealed class ModelCases : ModelReference<LinformerLanguageModel>
    {
        protected override LinformerLanguageModel Build(ParityCase parity)
        {
            var config = parity.Config;
            if (config.Bool("reversible", false))
                throw new UserException("The option 'reversible' of the case is none that this model knows.");
            return new LinformerLanguageModel(new LinformerLanguageModelOptions
            {
                Vocabulary = config.Int("num_tokens"),
                Positions = config.Int("seq_len"),
                Width = config.Int("dim"),
                HeadWidth = HeadWidth(config),
                Layers = config.Int("depth"),
                Heads = config.Int("heads", 8),
                Attention = Options(config),
                Dropout = config.Double("dropout", 0),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity) => Attention(
            new StateDictLayout()
                .Rename("token_embedding.{p}", "token_emb.{p}")
                .Rename("position_embedding.{p}", "pos_emb.{p}")
                .Rename("encoder.blocks.{i}.mixer_wiring.norm.{p}", "linformer.net.layers.{i}.0.norm.{p}")
                .Rename("encoder.blocks.{i}.feed_forward_wiring.norm.{p}", "linformer.net.layers.{i}.1.norm.{p}")
                .Rename("encoder.blocks.{i}.feed_forward.hidden.{p}", "linformer.net.layers.{i}.1.fn.w1.{p}")
                .Rename("encoder.blocks.{i}.feed_forward.output.{p}", "linformer.net.layers.{i}.1.fn.w2.{p}")
                .Rename("head.{p}", "to_logits.{p}"),
            "encoder.blocks.{i}.mixer.", "linformer.net.layers.{i}.0.fn.");

        protected override IReadOnlyDictionary<string, Tensor> Call(LinformerLanguageModel module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x")) };
    }
}
