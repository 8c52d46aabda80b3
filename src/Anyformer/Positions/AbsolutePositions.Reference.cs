using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;
using static Anyformer.Positions.PositionsReference;

namespace Anyformer.Positions;

/// <summary>The waves of the first publication.</summary>
internal sealed class SinusoidalReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var (config, first) = (parity.Config, parity.Config.Int("offset"));
        return new ParityResult(Output(Sinusoids.Interleaved(TokenPositions.Range(first, config.Int("length")), config.Int("dim"))));
    }
}

/// <summary>fairseq's waves, whose table grows as it must.</summary>
internal sealed class HalfSplitReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        parity.Config.WithoutEffect("init_size");
        var (tokens, padding) = (parity.Input("input"), parity.Config.Int("padding_idx"));
        var waves = Sinusoids.HalfSplit(TokenPositions.Counted(tokens, padding), parity.Config.Int("embedding_dim"));
        return new ParityResult(Output(waves.MaskedFill(tokens.Eq(padding).Unsqueeze(-1), 0)));
    }
}

internal sealed class ScaledSinusoidalReference : ModelReference<ScaledSinusoidalPositions>
{
    protected override ScaledSinusoidalPositions Build(ParityCase parity) => new(
        new PositionShape(0, parity.Config.Int("dim"), 0), new ScaledSinusoidalPositionsOptions { Base = parity.Config.Double("theta", 10000) });

    protected override IReadOnlyDictionary<string, Tensor> Call(ScaledSinusoidalPositions module, ParityCase parity) =>
        Output(module.At(TokenPositions.Range(0, parity.Input("x").Size(1))));
}

internal sealed class LearnedReference : ModelReference<LearnedPositions>
{
    protected override LearnedPositions Build(ParityCase parity) =>
        new(parity.Config.Int("num_embeddings"), parity.Config.Int("embedding_dim"), parity.Config.Int("padding_idx"));

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("table.weight", "weight");

    protected override IReadOnlyDictionary<string, Tensor> Call(LearnedPositions module, ParityCase parity) =>
        Output(module.At(TokenPositions.Counted(parity.Input("input"), parity.Config.Int("padding_idx"))));
}

internal sealed class ScaledLearnedReference : ModelReference<LearnedPositions>
{
    protected override LearnedPositions Build(ParityCase parity) => new(
        new PositionShape(parity.Config.Int("max_seq_len"), parity.Config.Int("dim"), 0), new LearnedPositionsOptions { ScalesByWidth = true });

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("table.weight", "emb.weight");

    protected override IReadOnlyDictionary<string, Tensor> Call(LearnedPositions module, ParityCase parity) =>
        Output(module.At(TokenPositions.Range(0, parity.Input("x").Size(1))));
}
