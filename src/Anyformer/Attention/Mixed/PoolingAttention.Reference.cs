using Anyformer.Attention.Downsampling;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Mixed;

/// <summary>Cases derived from the paper; there is no public code.</summary>
[Reference("poolingformer")]
internal sealed class PoolingAttentionReference : ModelReference<PoolingAttention>
{
    protected override PoolingAttention Build(ParityCase parity)
    {
        var config = parity.Config;
        var windows = new WindowReducerOptions { Kernel = config.Int("kernel"), Stride = config.Int("stride") };
        var pooling = config.String("pooling");
        var kind = pooling == "ldconv" ? "window-dynamic-convolution" : $"window-{pooling}";
        return new PoolingAttention(new TokenMixerShape(0, config.Int("d_model"), config.Int("num_heads")), new PoolingAttentionOptions
        {
            Window = config.Int("w1"),
            PooledWindow = config.Int("w2"),
            Pooling = Part<WindowReducer>.Of(kind, windows),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("pooled_query_projection.{p}", "query2.{p}")
        .Rename("pooled_key_projection.{p}", "key2.{p}")
        .Rename("pooled_value_projection.{p}", "value2.{p}")
        .Rename("query_projection.{p}", "query.{p}")
        .Rename("key_projection.{p}", "key.{p}")
        .Rename("value_projection.{p}", "value.{p}")
        .Rename("output_projection.{p}", "dense.{p}")
        .Rename("pooling.weights.{p}", "pool_weight.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(PoolingAttention module, ParityCase parity) => new Dictionary<string, Tensor>
    {
        ["y"] = module.Call(parity.Input("x"), parity.OptionalInput("mask") is { } mask ? AttentionMask.OfTokens(mask) : null),
    };
}
