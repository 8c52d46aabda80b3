using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Cases of google-research/etcmodel: <c>layers/attention.py: FusedGlobalLocalAttention</c>, and the labels of
/// <c>feature_utils.py: RelativePositionGenerator</c>.
/// </summary>
[Reference("etc")]
internal sealed class EtcReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) =>
        parity.Config.Has("seq_len") ? Positions(parity) : new FusedReference().Run(parity);

    private static ParityResult Positions(ParityCase parity)
    {
        var config = parity.Config;
        var (tokens, radius) = (config.Int("seq_len"), config.Int("local_radius"));
        var outputs = new Dictionary<string, Tensor>();
        foreach (var distance in config.Ints("max_distance"))
        {
            var positions = new RelativePositions(distance, config.Bool("ignore_direction", false));
            outputs[$"full_max{distance}"] = positions.OfPairs(tokens);
            outputs[$"local_max{distance}_radius{radius}"] = positions.OfWindow(radius);
        }

        return new ParityResult(outputs);
    }

    private sealed class FusedReference : ModelReference<GlobalLocalAttention>
    {
        protected override GlobalLocalAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            // The cases give the labels that it makes, and its way to look them up gives the same.
            config.WithoutEffect("max_distance", "use_one_hot_lookup");
            var shape = new GlobalLocalShape(config.Int("long_hidden_size"), config.Int("global_hidden_size"), config.Int("num_heads"), config.Int("local_radius"))
            {
                Labels = config.Has("relative_vocab_size") ? config.Int("relative_vocab_size") : null,
                Sharing = Sharing(config),
                SharesOutput = config.Bool("share_att_output_projection", false),
                Dropout = config.Double("att_dropout_prob", 0.1),
            };
            return new GlobalLocalAttention(shape);
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout();
            foreach (var stream in (string[])["long", "global"])
                layout.Rename($"{stream}.labels.embeddings", $"{stream}_qkv_attention.relative_emb_table")
                    .Rename($"{stream}.labels.biases", $"{stream}_qkv_attention.relative_bias_table");
            if (parity.Config.Bool("share_att_output_projection", false))
                layout.Repeat("long.output_projection.{p}", "long_output_projection.{p}", "global_output_projection.{p}");
            return InputProjections(layout.Rename("{stream}.output_projection.{p}", "{stream}_output_projection.{p}"), Sharing(parity.Config));
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(GlobalLocalAttention module, ParityCase parity)
        {
            Tensor? Visible(string name) => parity.OptionalInput($"{name}_att_mask")?.Ne(0);
            Tensor? Labels(string name) => parity.OptionalInput($"{name}_relative_att_ids");
            var (tokens, globals) = (parity.Input("long_input"), parity.Input("global_input"));
            return new Dictionary<string, Tensor>
            {
                ["long_output"] = module.Long.Call(tokens, globals, new(Visible("l2l"), Visible("l2g"), Labels("l2l"), Labels("l2g"))),
                ["global_output"] = module.Global.Call(globals, tokens, new(Visible("g2g"), Visible("g2l"), Labels("g2g"), Labels("g2l"))),
            };
        }

        private static ProjectionSharing Sharing(ReferenceConfig config)
        {
            var (keysAndValues, all) = (config.Bool("share_kv_projections", false), config.Bool("share_qkv_projections", false));
            return all ? ProjectionSharing.All : keysAndValues ? ProjectionSharing.KeysAndValues : ProjectionSharing.None;
        }

        private static StateDictLayout InputProjections(StateDictLayout layout, ProjectionSharing sharing)
        {
            static string[] Named(string projection, params string[] places) =>
                [.. places.Select(place => $"{place}_{projection}_projection.linear.{{p}}")];
            if (sharing == ProjectionSharing.All)
                layout.Repeat("long.query_projection.{p}", Named("query", "long", "global"));
            else
                layout.Rename("{stream}.query_projection.{p}", "{stream}_query_projection.linear.{p}");
            foreach (var kind in (string[])["key", "value"])
                _ = sharing switch
                {
                    ProjectionSharing.All => layout.Repeat($"long.own_{kind}_projection.{{p}}", Named(kind, "l2l", "l2g", "g2g", "g2l")),
                    ProjectionSharing.KeysAndValues => layout.Repeat($"long.own_{kind}_projection.{{p}}", Named(kind, "l2l", "l2g"))
                        .Repeat($"global.own_{kind}_projection.{{p}}", Named(kind, "g2g", "g2l")),
                    _ => layout.Rename($"long.own_{kind}_projection.{{p}}", Named(kind, "l2l")[0])
                        .Rename($"long.other_{kind}_projection.{{p}}", Named(kind, "l2g")[0])
                        .Rename($"global.own_{kind}_projection.{{p}}", Named(kind, "g2g")[0])
                        .Rename($"global.other_{kind}_projection.{{p}}", Named(kind, "g2l")[0]),
                };
            return layout;
        }
    }
}
