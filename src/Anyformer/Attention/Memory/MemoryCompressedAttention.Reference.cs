using Anyformer.Attention.Downsampling;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>Cases of lucidrains/memory-compressed-attention.</summary>
[Reference("memory-compressed")]
internal sealed class MemoryCompressedAttentionReference : ModelReference<MultiHeadAttention>
{
    protected override MultiHeadAttention Build(ParityCase parity)
    {
        var config = parity.Config;
        var shape = new TokenMixerShape(0, config.Int("dim"), config.Int("heads", 8), config.Double("dropout", 0));
        var windows = new WindowReducerOptions { Kernel = config.Int("compression_factor", 3) };
        var options = new MemoryCompressedAttentionOptions { Compression = Part<WindowReducer>.Of("window-convolution", windows) };
        return new MultiHeadAttention(shape, new MemoryCompressedAttention(shape.OfFunction, options), inputBias: false);
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var heads = parity.Config.Int("heads", 8);
        StateDictLayout Null(StateDictLayout layout, string own, string official) => layout.Convert(
            own, official, tensor => tensor.Reshape([1, 1, -1]), tensor => tensor.View([heads, 1, -1]));
        var layout = new StateDictLayout()
            .Merge("to_qkv.weight", 0, "query_projection.weight", "key_projection.weight", "value_projection.weight")
            .Rename("output_projection.{p}", "to_out.{p}")
            .Rename("function.compression.{p}", "compress_fn.conv.{p}");
        return Null(Null(layout, "function.null_key", "null_k"), "function.null_value", "null_v");
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity) => new Dictionary<string, Tensor>
    {
        ["y"] = module.Call(parity.Input("x"), parity.Config.Bool("causal", false) ? AttentionMask.Causal : null),
    };
}
