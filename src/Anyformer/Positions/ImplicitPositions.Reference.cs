using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The equation of complex embeddings.</summary>
internal sealed class ComplexEmbeddingReference : ModelReference<ComplexEmbedding>
{
    protected override ComplexEmbedding Build(ParityCase parity) =>
        new(parity.Config.Int("vocab"), parity.Config.Int("dim"), parity.Config.Bool("share_frequency", false));

    protected override IReadOnlyDictionary<string, Tensor> Call(ComplexEmbedding module, ParityCase parity)
    {
        var (real, imaginary) = module.Call(parity.Input("tokens"), parity.Input("positions"));
        return new Dictionary<string, Tensor> { ["real"] = real, ["imag"] = imaginary };
    }
}

/// <summary>FLOATER's flow: a state for queries, keys and values of every layer.</summary>
internal sealed class FloaterReference : ModelReference<FloaterPositions>
{
    protected override FloaterPositions Build(ParityCase parity) => new(
        parity.Config.Int("dim"), [3, parity.Config.Int("layers")], new FloaterPositionsOptions { Step = parity.Config.Double("time_dt", 0.01) });

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("start", "proj_bias")
        .Rename("hidden.{p}", "proj_flow.layers.0.linear.{p}")
        .Rename("output.{p}", "proj_flow.layers.2.linear.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(FloaterPositions module, ParityCase parity) =>
        PositionsReference.Output(module.Path(parity.Input("length").Item<long>()), "bias");
}
