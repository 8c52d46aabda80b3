using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>GPT-NeoX: time first, some of the elements, in halves.</summary>
internal sealed class RotaryHalvesReference : ModelReference<RotaryPositions>
{
    protected override RotaryPositions Build(ParityCase parity)
    {
        var (config, width) = (parity.Config, parity.Config.Int("head_dim"));
        return new RotaryPositions(new PositionShape(0, 0, width),
            new RotaryPositionsOptions { Base = config.Double("base"), Fraction = (double)config.Int("rotary_ndims") / width });
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(RotaryPositions module, ParityCase parity)
    {
        var first = parity.Config.Int("offset");
        // (time, batch, heads, width) to (batch, heads, time, width).
        Tensor Turned(string name) => module.CallQueries(parity.Input(name).Permute([1, 2, 0, 3]), first).Permute([2, 0, 1, 3]);
        return new Dictionary<string, Tensor> { ["q"] = Turned("q"), ["k"] = Turned("k") };
    }
}

/// <summary>Llama: neighbours as complex numbers.</summary>
internal sealed class RotaryNeighboursReference : ModelReference<InterleavedRotaryPositions>
{
    protected override InterleavedRotaryPositions Build(ParityCase parity) => new(
        new PositionShape(0, 0, parity.Config.Int("dim")), new RotaryPositionsOptions { Base = parity.Config.Double("theta", 10000) });

    protected override IReadOnlyDictionary<string, Tensor> Call(InterleavedRotaryPositions module, ParityCase parity)
    {
        var first = parity.Config.Int("offset");
        Tensor Turned(string name) => module.CallQueries(parity.Input(name).Transpose(1, 2), first).Transpose(1, 2);
        return new Dictionary<string, Tensor> { ["xq"] = Turned("xq"), ["xk"] = Turned("xk") };
    }
}

/// <summary>Frequencies for long samples.</summary>
internal sealed class ScaledRotaryReference : ModelReference<RotaryPositions>
{
    protected override RotaryPositions Build(ParityCase parity)
    {
        var (config, shape) = (parity.Config, new PositionShape(0, 0, (int)parity.Input("x").Size(3)));
        var options = new ScaledRotaryOptions
        {
            Base = config.Double("base"),
            Factor = config.Double("factor", 1),
            TrainedTokens = config.Int("orig", 2048),
        };
        return config.String("kind") switch
        {
            "linear" => new LinearRotaryPositions(shape, options),
            "dynamic" => new DynamicRotaryPositions(shape, options),
            "ntk" => new NtkRotaryPositions(shape, options),
            "yarn" => new YarnRotaryPositions(shape, options),
            "none" or "default" => new RotaryPositions(shape, options),
            var kind => throw new UserException($"The scaling '{kind}' of the case is none of linear, dynamic, ntk and yarn."),
        };
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(RotaryPositions module, ParityCase parity)
    {
        var angles = module.Angles(0, parity.Input("x").Size(2));
        Tensor Table(Tensor waves) => Functional.Cat([waves, waves], -1) * module.Magnitude;
        return new Dictionary<string, Tensor>
        {
            ["cos"] = Table(angles.Cos()),
            ["sin"] = Table(angles.Sin()),
            ["out"] = module.CallQueries(parity.Input("x")),
        };
    }
}

internal sealed class XposReference : ModelReference<XposPositions>
{
    protected override XposPositions Build(ParityCase parity) => new(
        new PositionShape(0, 0, parity.Config.Int("head_dim")), new XposPositionsOptions { ScaleBase = parity.Config.Double("scale_base", 512) });

    protected override IReadOnlyDictionary<string, Tensor> Call(XposPositions module, ParityCase parity)
    {
        var first = parity.Config.Int("offset", 0);
        return new Dictionary<string, Tensor>
        {
            ["q"] = module.CallQueries(parity.Input("q").Unsqueeze(1), first).Squeeze(1),
            ["k"] = module.CallKeys(parity.Input("k").Unsqueeze(1), first).Squeeze(1),
        };
    }
}
