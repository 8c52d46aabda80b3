using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Prototypes;

/// <summary>Cases of idiap/fast-transformers: clustered and improved clustered attention in an <c>AttentionLayer</c>.</summary>
[Reference("clustered-attention")]
internal sealed class ClusteredAttentionReference : ModelReference<MultiHeadAttention>
{
    protected override MultiHeadAttention Build(ParityCase parity)
    {
        var config = parity.Config;
        var shape = new TokenMixerShape(0, config.Int("d_model"), config.Int("n_heads"), config.Double("attention_dropout", 0.1));
        var options = new ImprovedClusteredAttentionOptions
        {
            Clusters = config.Int("clusters"),
            Iterations = config.Int("iterations", 10),
            Bits = config.Int("bits", 32),
            HashBias = config.Bool("hash_bias", true),
            Scale = config.Has("softmax_temp") ? config.Double("softmax_temp") : null,
            Keys = config.Int("topk", 32),
        };
        return new MultiHeadAttention(shape, parity.Entry.Contains("improved", StringComparison.Ordinal)
            ? new ImprovedClusteredAttention(shape.OfFunction, options)
            : new ClusteredAttention(shape.OfFunction, options));
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("output_projection.{p}", "out_projection.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity)
    {
        using var draws = new RandomDraws(parity.Input("planes"), parity.Input("centroid_index"));
        using var recorder = new Recorder();
        var tokens = parity.Input("x");
        var mask = parity.OptionalInput("lengths") is { } lengths
            ? AttentionMask.OfTokens(Functional.Arange(tokens.Size(1)) < lengths.Unsqueeze(-1))
            : null;
        var outputs = new Dictionary<string, Tensor> { ["y"] = module.Call(tokens, mask) };
        foreach (var name in new[] { "hashes", "clusters", "counts" })
            outputs[name] = recorder.Named(name).Single().Alias();
        return outputs;
    }
}
