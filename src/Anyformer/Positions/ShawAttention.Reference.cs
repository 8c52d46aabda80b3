using Anyformer.Attention;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>The equations of the paper.</summary>
internal sealed class ShawReference : ModelReference<ShawAttention>
{
    protected override ShawAttention Build(ParityCase parity) =>
        new(new AttentionShape(1, parity.Config.Int("head_dim")), new ShawAttentionOptions { MaxDistance = parity.Config.Int("clip") });

    protected override StateDictLayout Layout(ParityCase parity) =>
        new StateDictLayout().Rename("key_vectors", "rel_k.weight").Rename("value_vectors", "rel_v.weight");

    protected override IReadOnlyDictionary<string, Tensor> Call(ShawAttention module, ParityCase parity) =>
        WithWeights(() => module.Call(parity.Input("q"), parity.Input("k"), parity.Input("v")));

    /// <summary>A result, and the attention weights that were recorded on the way.</summary>
    internal static Dictionary<string, Tensor> WithWeights(Func<Tensor> call, string output = "out", string weights = "attention")
    {
        using var recorder = new Recorder();
        var result = call();
        return new Dictionary<string, Tensor> { [output] = result, [weights] = recorder.Named("weights").Single().Alias() };
    }
}

/// <summary>OpenNMT: one table for keys and values, in multi-head attention without biases.</summary>
internal sealed class OpenNmtReference : ModelReference<MultiHeadAttention>
{
    protected override MultiHeadAttention Build(ParityCase parity)
    {
        var (config, width, heads) = (parity.Config, parity.Config.Int("model_dim"), parity.Config.Int("head_count"));
        config.WithoutEffect("dropout");
        if (config.String("attn_type", "self") != "self")
            throw new UserException($"Relative positions of OpenNMT are of self-attention, found attn_type '{config.String("attn_type")}'.");
        Linear Input() => new(width, width, config.Bool("add_qkvbias", false));
        var options = new ShawAttentionOptions { MaxDistance = config.Int("max_relative_positions"), SharedVectors = true };
        return new MultiHeadAttention(heads, Input(), Input(), Input(), new Linear(width, width, parity.Weights.ContainsKey("final_linear.bias")),
            new ShawAttention(new AttentionShape(heads, width / heads), options));
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("query_projection.{p}", "linear_query.{p}")
        .Rename("key_projection.{p}", "linear_keys.{p}")
        .Rename("value_projection.{p}", "linear_values.{p}")
        .Rename("output_projection.{p}", "final_linear.{p}")
        .Rename("function.key_vectors", "relative_positions_embeddings.weight");

    protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity)
    {
        var mask = parity.OptionalInput("mask") is { } hidden ? AttentionMask.OfPairs(!hidden.To(DType.Bool)) : null;
        return ShawReference.WithWeights(() => module.Call(parity.Input("x"), mask));
    }
}
