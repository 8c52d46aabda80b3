using Anyformer.Attention;
using Anyformer.Attention.Memory;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Sets;

/// <summary>Cases of juho-lee/set_transformer: its four blocks, and the model.</summary>
[Reference("set-transformer")]
internal sealed class SetTransformerReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        ReferenceAdapter reference = parity.Entry.Split(": ")[^1] switch
        {
            "MAB" => new BlockReference("dim_Q", "dim_K", "dim_V", ""),
            "SAB" => new BlockReference("dim_in", "dim_in", "dim_out", "mab."),
            "ISAB" => new InducedReference(),
            "PMA" => new PoolingReference(),
            "SetTransformer" => new WholeReference(),
            _ => throw new UserException($"The entry '{parity.Entry}' of the case is none of MAB, SAB, ISAB, PMA and SetTransformer."),
        };
        return reference.Run(parity);
    }

    private static StateDictLayout Block(StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}query_projection.{{p}}", $"{official}fc_q.{{p}}")
        .Rename($"{own}key_projection.{{p}}", $"{official}fc_k.{{p}}")
        .Rename($"{own}value_projection.{{p}}", $"{official}fc_v.{{p}}")
        .Rename($"{own}output_projection.{{p}}", $"{official}fc_o.{{p}}")
        .Rename($"{own}context_norm.{{p}}", $"{official}ln0.{{p}}")
        .Rename($"{own}output_norm.{{p}}", $"{official}ln1.{{p}}");

    private static StateDictLayout Induced(StateDictLayout layout, string own, string official) => Block(Block(
        layout.Rename($"{own}inducing_points", $"{official}I"),
        $"{own}gathering.", $"{official}mab0."), $"{own}distribution.", $"{official}mab1.");

    private static StateDictLayout Pooling(StateDictLayout layout, string own, string official) =>
        Block(layout.Rename($"{own}seeds", $"{official}S"), $"{own}attention.", $"{official}mab.");

    private static IReadOnlyDictionary<string, Tensor> Output(Tensor y) => new Dictionary<string, Tensor> { ["y"] = y };

    private sealed class BlockReference(string asking, string answering, string width, string prefix) : ModelReference<SetAttentionBlock>
    {
        protected override SetAttentionBlock Build(ParityCase parity)
        {
            var config = parity.Config;
            return new SetAttentionBlock(
                config.Int(asking), config.Int(answering), config.Int(width), config.Int("num_heads"), config.Bool("ln", false));
        }

        protected override StateDictLayout Layout(ParityCase parity) => Block(new StateDictLayout(), "", prefix);

        protected override IReadOnlyDictionary<string, Tensor> Call(SetAttentionBlock module, ParityCase parity) => parity.OptionalInput("x") is { } set
            ? Output(module.Call(set, set))
            : Output(module.Call(parity.Input("Q"), parity.Input("K")));
    }

    private sealed class InducedReference : ModelReference<InducedSetAttention>
    {
        protected override InducedSetAttention Build(ParityCase parity)
        {
            var config = parity.Config;
            return new InducedSetAttention(config.Int("dim_in"), new TokenMixerShape(0, config.Int("dim_out"), config.Int("num_heads")),
                new InducedSetAttentionOptions { InducingPoints = config.Int("num_inds"), Norm = config.Bool("ln", false) });
        }

        protected override StateDictLayout Layout(ParityCase parity) => Induced(new StateDictLayout(), "", "");

        protected override IReadOnlyDictionary<string, Tensor> Call(InducedSetAttention module, ParityCase parity) =>
            Output(module.Call(parity.Input("x")));
    }

    private sealed class PoolingReference : ModelReference<AttentionPooling>
    {
        protected override AttentionPooling Build(ParityCase parity)
        {
            var config = parity.Config;
            return new AttentionPooling(config.Int("dim"), config.Int("num_heads"), config.Int("num_seeds"), config.Bool("ln", false));
        }

        protected override StateDictLayout Layout(ParityCase parity) => Pooling(new StateDictLayout(), "", "");

        protected override IReadOnlyDictionary<string, Tensor> Call(AttentionPooling module, ParityCase parity) =>
            Output(module.Call(parity.Input("x")));
    }

    private sealed class WholeReference : ModelReference<SetTransformer>
    {
        protected override SetTransformer Build(ParityCase parity)
        {
            var config = parity.Config;
            return new SetTransformer(config.Int("dim_input"), config.Int("num_outputs"), config.Int("dim_output"), new SetTransformerOptions
            {
                InducingPoints = config.Int("num_inds", 32),
                Width = config.Int("dim_hidden", 128),
                Heads = config.Int("num_heads", 4),
                Norm = config.Bool("ln", false),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = Induced(new StateDictLayout(), "encoder.{i}.", "enc.{i}.");
            layout = Pooling(layout, "pooling.", "dec.0.");
            layout = Block(Block(layout, "decoder.0.", "dec.1.mab."), "decoder.1.", "dec.2.mab.");
            return layout.Rename("head.{p}", "dec.3.{p}");
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(SetTransformer module, ParityCase parity) => Output(module.Call(parity.Input("x")));
    }
}
