using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Patterns;

/// <summary>Cases of blockwise self-attention, derived from the paper: attention with its four projections.</summary>
[Reference("blockwise")]
internal sealed class BlockwiseReference : ModelReference<MultiHeadAttention>
{
    protected override MultiHeadAttention Build(ParityCase parity)
    {
        var config = parity.Config;
        var permutations = config.Json("permutations").EnumerateArray()
            .Select(permutation => permutation.EnumerateArray().Select(block => block.GetInt32()).ToArray()).ToArray();
        if (permutations.Any(permutation => permutation.Length != config.Int("num_blocks")))
            throw new UserException($"Every permutation must be of the {config.Int("num_blocks")} blocks of the case.");
        return new MultiHeadAttention(config.Int("hidden_size"), config.Int("num_attention_heads"), new BlockwiseAttention(permutations));
    }

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("query_projection.{p}", "query.{p}")
        .Rename("key_projection.{p}", "key.{p}")
        .Rename("value_projection.{p}", "value.{p}")
        .Rename("output_projection.{p}", "dense.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(MultiHeadAttention module, ParityCase parity) => new Dictionary<string, Tensor>
    {
        ["y"] = module.Call(parity.Input("x"), parity.OptionalInput("mask") is { } mask ? AttentionMask.OfTokens(mask) : null),
    };
}
