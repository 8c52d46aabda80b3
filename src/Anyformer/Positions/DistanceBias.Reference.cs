using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;
using static Anyformer.Positions.PositionsReference;

namespace Anyformer.Positions;

/// <summary>Biases of x-transformers and torchscale, which are computed without any scores.</summary>
internal abstract class DistanceBiasReference<TBias> : ModelReference<TBias> where TBias : DistanceBias
{
    protected static AttentionShape Shape(int heads) => new(heads, 1);

    protected override IReadOnlyDictionary<string, Tensor> Call(TBias module, ParityCase parity)
    {
        var sizes = parity.Input("sizes").ToArray<long>();
        return Output(module.Bias(sizes[0], sizes[^1]), "bias");
    }
}

internal sealed class AlibiReference : DistanceBiasReference<AlibiBias>
{
    protected override AlibiBias Build(ParityCase parity) =>
        new(Shape(parity.Config.Int("total_heads")), new AlibiBiasOptions { SlopedHeads = parity.Config.Int("heads") });

    protected override IReadOnlyDictionary<string, Tensor> Call(AlibiBias module, ParityCase parity) =>
        new Dictionary<string, Tensor>(base.Call(module, parity)) { ["slopes"] = module.Slopes.View([-1, 1, 1]) };
}

internal sealed class LearnedAlibiReference : DistanceBiasReference<LearnedAlibiBias>
{
    protected override LearnedAlibiBias Build(ParityCase parity) =>
        new(Shape(parity.Config.Int("total_heads")), new AlibiBiasOptions { SlopedHeads = parity.Config.Int("heads") });

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Unsqueeze("log_slopes", "learned_logslopes", -1, -1);
}

internal sealed class DynamicBiasReference : DistanceBiasReference<DynamicPositionBias>
{
    protected override DynamicPositionBias Build(ParityCase parity)
    {
        var config = parity.Config;
        return new DynamicPositionBias(Shape(config.Int("heads")), new DynamicPositionBiasOptions
        {
            Width = config.Int("dim"),
            Depth = config.Int("depth"),
            LogDistance = config.Bool("log_distance", false),
            Norm = config.Bool("norm", false),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("layers.{i}.map.{p}", "mlp.{i}.0.{p}")
        .Rename("layers.{i}.norm.{p}", "mlp.{i}.1.{p}")
        .Rename("output.{p}", $"mlp.{parity.Config.Int("depth")}.{{p}}");
}

internal sealed class T5BiasReference : DistanceBiasReference<T5Bias>
{
    protected override T5Bias Build(ParityCase parity)
    {
        var config = parity.Config;
        return new T5Bias(Shape(config.Int("n_heads")), new T5BiasOptions
        {
            Buckets = config.Int("num_buckets"),
            MaxDistance = config.Int("max_distance"),
            Bidirectional = config.Bool("bidirectional"),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("table.{p}", "relative_attention_bias.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(T5Bias module, ParityCase parity)
    {
        var config = parity.Config;
        return Output(module.Bias(config.Int("qlen"), config.Int("klen"), config.Int("step")).Unsqueeze(0), "bias");
    }
}

internal sealed class T5BucketsReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        Tensor Buckets(bool bidirectional) => RelativeBuckets.Exponential(
            parity.Input("relative_position"), parity.Config.Int("num_buckets"), parity.Config.Int("max_distance"), bidirectional);
        return new ParityResult(new Dictionary<string, Tensor> { ["bidirectional"] = Buckets(true), ["causal"] = Buckets(false) });
    }
}

internal sealed class DebertaBucketsReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity) => new(Output(
        RelativeBuckets.Signed(parity.Input("relative_position"), parity.Config.Int("bucket_size"), parity.Config.Int("max_position")), "bucket"));
}
