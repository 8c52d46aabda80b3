using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Axes;

/// <summary>The layer of the paper, sublayer by sublayer, on one sample, with a loop over variates, one over segments and one over heads.</summary>
internal sealed class NaiveTwoStageAttention(IReadOnlyDictionary<string, Tensor> state, int heads)
{
    /// <summary>(variates, segments, width) to the same.</summary>
    public Tensor Apply(Tensor grid)
    {
        var time = Functional.Stack([.. grid.Unbind(0).Select(AlongSegments)], 0);
        return Functional.Stack([.. time.Unbind(1).Select(AcrossVariates)], 1);
    }

    private Tensor AlongSegments(Tensor tokens)
    {
        var mixed = Norm("along_segments.mixer_wiring.norm", tokens + Attend("along_segments.mixer", tokens, tokens));
        return Norm("along_segments.feed_forward_wiring.norm", mixed + FeedForward("along_segments.feed_forward", mixed));
    }

    private Tensor AcrossVariates(Tensor tokens, int segment)
    {
        var gathered = Attend("across_variates.gathering", state["across_variates.routers"][segment], tokens);
        var mixed = Norm("across_variates_wiring.norm", tokens + Attend("across_variates.distribution", tokens, gathered));
        return Norm("feed_forward_wiring.norm", mixed + FeedForward("feed_forward", mixed));
    }

    private Tensor Attend(string name, Tensor asking, Tensor answering)
    {
        var (queries, keys, values) = (Map($"{name}.query_projection", asking), Map($"{name}.key_projection", answering),
            Map($"{name}.value_projection", answering));
        var contexts = queries.Chunk(heads, 1).Zip(keys.Chunk(heads, 1), values.Chunk(heads, 1)).Select(head =>
            (head.First.MatMul(head.Second.T()) / Math.Sqrt(head.First.Size(1))).Softmax(-1).MatMul(head.Third));
        return Map($"{name}.output_projection", Functional.Cat([.. contexts], 1));
    }

    private Tensor FeedForward(string name, Tensor tokens) => Map($"{name}.output", Map($"{name}.hidden", tokens).Gelu());

    private Tensor Map(string name, Tensor tokens) => tokens.MatMul(state[$"{name}.weight"].T()) + state[$"{name}.bias"];

    private Tensor Norm(string name, Tensor tokens)
    {
        var centred = tokens - tokens.Mean([1], keepdim: true);
        return centred / (centred.Square().Mean([1], keepdim: true) + 1e-5).Sqrt() * state[$"{name}.weight"] + state[$"{name}.bias"];
    }
}
