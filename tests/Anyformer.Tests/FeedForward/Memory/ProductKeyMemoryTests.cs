using Anyformer.FeedForward;
using Anyformer.FeedForward.Memory;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.FeedForward.Memory;

public sealed class ProductKeyMemoryTests
{
    [Fact]
    public void FindsTheNearestOfAllPairsOfKeys() => Property.Holds(
        from keys in Gen.Choose(1, 6)
        from heads in Gen.Choose(1, 3)
        from neighbors in Gen.Choose(1, 7)
        from seed in Gen.Choose(0, 1 << 20)
        select (keys, heads, neighbors, seed),
        drawn =>
        {
            using var scope = new TensorScope();
            var (keys, heads, neighbors, seed) = drawn;
            var memory = Build(new() { Keys = keys, KeyWidth = 4, Heads = heads, Neighbors = neighbors, QueryBatchNorm = false });
            memory.To(DType.Float64);
            var input = Tensors.Normal64(seed, 5, 3);
            Tensors.AssertClose(SearchingAll(memory.StateDict(), input, Math.Min(neighbors, keys)), memory.Call(input), 1e-12);
        });

    /// <summary>Scores of all pairs of half keys, the largest of them, and their values.</summary>
    private static Tensor SearchingAll(IReadOnlyDictionary<string, Tensor> state, Tensor input, int neighbors)
    {
        var output = input.ZerosLike();
        var keys = state["keys"];
        for (var head = 0; head < keys.Size(0); head++)
        {
            var query = Functional.Linear(input, state["query.0.weight"], state["query.0.bias"])[.., (4 * head)..(4 * head + 4)];
            var first = query[.., ..2].MatMul(keys[head, 0].T());
            var second = query[.., 2..].MatMul(keys[head, 1].T());
            var (scores, indices) = (first.Unsqueeze(-1) + second.Unsqueeze(1)).Flatten(1).TopK(neighbors);
            output += (scores.Softmax(-1).Unsqueeze(-1) * state["values"][indices]).Sum([1]);
        }

        return output;
    }

    [Fact]
    public void QueriesMayComeOfADeeperNetwork()
    {
        using var scope = new TensorScope();
        var memory = Build(new() { Keys = 3, KeyWidth = 4, Heads = 2, Neighbors = 2, QueryWidths = [7], QueryBias = false });
        Assert.Equal(
            ["keys", "query.0.weight", "query.1.bias", "query.1.weight", "query.3.weight", "query.4.bias", "query.4.weight", "values"],
            memory.NamedParameters().Select(item => item.Name).Order(StringComparer.Ordinal));
        Assert.Equal([2L, 4, 3], memory.Call(Tensors.Normal(1, 2, 4, 3)).Shape);
    }

    [Fact]
    public void OnlyWhatWasReadIsTrained()
    {
        using var scope = new TensorScope();
        var memory = Build(new() { Keys = 8, KeyWidth = 4, Heads = 1, Neighbors = 2, QueryBatchNorm = false });
        memory.Call(Tensors.Normal(1, 1, 3)).Sum().Backward();
        var touched = memory.NamedParameters().Single(item => item.Name == "values").Parameter.Grad!.Abs().Sum([1]).Numbers().Count(sum => sum > 0);
        Assert.Equal(2, touched);
    }

    [Fact]
    public void TheWidthOfAQueryIsEven() => Assert.Equal(
        "The keys of a product-key memory are halves of a query, so its width must be even, found 5.",
        Assert.Throws<UserException>(() => Build(new() { KeyWidth = 5 })).Message);

    private static ProductKeyMemory Build(ProductKeyMemoryOptions options) => new(new ChannelMixerShape(3, 9), options);
}
