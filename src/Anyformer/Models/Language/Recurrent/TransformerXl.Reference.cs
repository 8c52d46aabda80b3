using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>Cases of kimiyoung/transformer-xl, <c>pytorch/mem_transformer.py</c>: segments one after the other; time comes first there.</summary>
[Reference("transformer-xl")]
internal sealed class TransformerXlModelReference : ModelReference<TransformerXl>
{
    protected override TransformerXl Build(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("tgt_len", "dropout", "dropatt", "adapt_inp");
        if (config.Int("attn_type", 0) != 0 || config.Int("ext_len", 0) != 0 || config.Int("sample_softmax", -1) > 0)
            throw new UserException("Transformer-XL is known here with 'attn_type' 0, 'ext_len' 0 and without 'sample_softmax'.");
        return new TransformerXl(new LanguageShape(config.Int("n_token"), 0), new TransformerXlOptions
        {
            Width = config.Int("d_model"),
            Layers = config.Int("n_layer"),
            Heads = config.Int("n_head"),
            HeadWidth = config.Int("d_head"),
            FeedForwardWidth = config.Int("d_inner"),
            Memory = config.Int("mem_len"),
            Borders = new(config.Ints("cutoffs")),
            EmbeddingWidth = config.Int("d_embed", config.Int("d_model")),
            WidthDivisor = config.Int("div_val", 1),
            TiesEmbeddings = config.Bool("tie_weight", true),
            TiedProjections = new(Tied(config)),
            PreNorm = config.Bool("pre_lnorm", false),
            SameLength = config.Bool("same_length", false),
            ClampDistance = Math.Max(0, config.Int("clamp_len", -1)),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        const string own = "layers.{i}", official = "layers.{i}";
        var layout = new StateDictLayout()
            .Rename("content_bias", "r_w_bias")
            .Rename("position_bias", "r_r_bias")
            .Merge($"{official}.dec_attn.qkv_net.weight", 0, [.. new[] { "query", "key", "value" }.Select(part => $"{own}.attention.{part}_projection.weight")])
            .Rename($"{own}.attention.position_projection.weight", $"{official}.dec_attn.r_net.weight")
            .Rename($"{own}.attention.output_projection.weight", $"{official}.dec_attn.o_net.weight")
            .Rename($"{own}.attention_norm.{{p}}", $"{official}.dec_attn.layer_norm.{{p}}")
            .Rename($"{own}.feed_forward.hidden.{{p}}", $"{official}.pos_ff.CoreNet.0.{{p}}")
            .Rename($"{own}.feed_forward.output.{{p}}", $"{official}.pos_ff.CoreNet.3.{{p}}")
            .Rename($"{own}.feed_forward_norm.{{p}}", $"{official}.pos_ff.layer_norm.{{p}}")
            .Rename("head.cluster_weight", "crit.cluster_weight")
            .Rename("head.cluster_bias", "crit.cluster_bias")
            // The frequencies of the sinusoids, which follow from the width.
            .Unused("pos_emb.inv_freq");
        AddTables(layout, parity.Config);
        AddProjections(layout, parity.Config);
        return layout;
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(TransformerXl module, ParityCase parity)
    {
        var (tokens, targets) = (parity.Input("data").Transpose(0, 1), parity.Input("target").Transpose(0, 1));
        var length = parity.Config.Int("tgt_len");
        var outputs = new Dictionary<string, Tensor>();
        IReadOnlyList<Tensor>? memory = null;
        for (var segment = 0; segment * length < tokens.Size(1); segment++)
        {
            var wanted = targets.Narrow(1, segment * length, length);
            (var losses, memory) = module.CallLosses(tokens.Narrow(1, segment * length, length), wanted, memory);
            outputs[$"loss.{segment}"] = ByClusters(losses.Transpose(0, 1), wanted.Transpose(0, 1), parity.Config);
            foreach (var (layer, remembered) in memory.Index())
                outputs[$"mems.{segment}.{layer}"] = remembered.Transpose(0, 1);
        }

        return outputs;
    }

    private static IEnumerable<bool> Tied(ReferenceConfig config) =>
        config.Has("tie_projs") ? config.Json("tie_projs").EnumerateArray().Select(tied => tied.GetBoolean()) : [];

    /// <summary>The reference gives losses cluster by cluster.</summary>
    private static Tensor ByClusters(Tensor losses, Tensor targets, ReferenceConfig config)
    {
        var borders = config.Ints("cutoffs");
        var clusters = targets.Flatten().ToArray<long>().Select(token => borders.Count(border => token >= border));
        var order = clusters.Index().OrderBy(token => token.Item).Select(token => (long)token.Index).ToArray();
        return losses.Flatten().IndexSelect(0, Tensor.From<long>(order)).View(losses.Shape);
    }

    private static void AddTables(StateDictLayout layout, ReferenceConfig config)
    {
        var tables = config.Int("div_val", 1) == 1 ? 1 : config.Ints("cutoffs").Length + 1;
        for (var table = 0; table < tables; table++)
        {
            var (own, official) = ($"embedding.tables.{table}.weight", $"word_emb.emb_layers.{table}.weight");
            if (config.Bool("tie_weight", true))
                layout.Repeat(own, official, $"crit.out_layers.{table}.weight");
            else
                layout.Rename(own, official).Rename($"head.tables.{table}.weight", $"crit.out_layers.{table}.weight");
            layout.Rename($"head.tables.{table}.bias", $"crit.out_layers.{table}.bias");
        }
    }

    private static void AddProjections(StateDictLayout layout, ReferenceConfig config)
    {
        var isOne = config.Int("div_val", 1) == 1;
        if (isOne && config.Int("d_embed", config.Int("d_model")) == config.Int("d_model"))
            return;
        bool[] tied = [.. Tied(config)];
        var clusters = config.Ints("cutoffs").Length + 1;
        bool IsTied(int cluster) => cluster < tied.Length && tied[cluster];
        for (var projection = 0; projection < (isOne ? 1 : clusters); projection++)
        {
            var repeated = Enumerable.Range(0, clusters).Where(cluster => IsTied(cluster) && (isOne || cluster == projection));
            layout.Repeat($"embedding.projections.{projection}.weight",
                [$"word_emb.emb_projs.{projection}", .. repeated.Select(cluster => $"crit.out_projs.{cluster}")]);
        }

        for (var cluster = 0; cluster < clusters; cluster++)
            if (!IsTied(cluster))
                layout.Rename($"head.projections.{cluster}.weight", $"crit.out_projs.{cluster}");
    }
}
