using Anyformer.Attention;
using Anyformer.Attention.Memory;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Memory;

public sealed class LunaTests
{
    private sealed record Sizes(int Tokens, int Memory, int Heads, int PackHeads, bool Tied);

    private static readonly FsCheck.Gen<Sizes> s_sizes =
        from tokens in Gen.Choose(1, 9)
        from memory in Gen.Choose(1, 5)
        from heads in Gen.Elements(1, 2, 3, 6)
        from packHeads in Gen.Elements(1, 2, 3, 6)
        from tied in Gen.Elements(false, true)
        select new Sizes(tokens, memory, heads, packHeads, tied);

    [Fact]
    public void TheMemoryPacksAndTheTokensUnpack() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var attention = Attention(sizes);
        var (tokens, memory) = (Tensors.Normal64(1, 2, sizes.Tokens, 6), Tensors.Normal64(2, 2, sizes.Memory, 6));
        var state = attention.StateDict();
        var packed = Attend(Map(state, "pack_query", memory), Map(state, "pack_key", tokens), Map(state, "pack_value", tokens, "pack_key"), sizes.PackHeads);
        var mixed = Attend(Map(state, "query", tokens), Map(state, "key", packed), Map(state, "value", packed, "key"), sizes.Heads);
        var (actual, actualPacked) = attention.Call(tokens, memory, tokens);
        Tensors.AssertClose(packed, actualPacked, 1e-9);
        Tensors.AssertClose(Map(state, "output", mixed), actual, 1e-9);
    }, runs: 25);

    [Fact]
    public void TheCausalFormSumsWhatCameUpToAToken() => Property.Holds(s_sizes, sizes =>
    {
        using var scope = new TensorScope();
        var attention = Attention(sizes);
        var (tokens, memory) = (Tensors.Normal64(1, 1, sizes.Tokens, 6), Tensors.Normal64(2, 1, sizes.Memory, 6));
        Tensors.AssertClose(NaiveCausal(attention.StateDict(), tokens[0], memory[0], sizes.Heads), attention.CallCausal(tokens, memory)[0], 1e-9);
    }, runs: 25);

    [Fact]
    public void StepsGiveWhatTheCausalFormGivesAtOnce()
    {
        using var scope = new TensorScope();
        var luna = new Luna(new TokenMixerShape(0, 6, 2), new LunaOptions { Memory = 4 });
        luna.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 2, 150, 6);
        var (steps, state) = (new List<Tensor>(), (LunaState?)null);
        foreach (var part in tokens.SplitWithSizes([1, 1, 5, 1, 70, 72], 1))
        {
            (var mixed, state) = luna.Step(part, state);
            steps.Add(mixed);
        }

        Assert.Equal(150, state!.Seen);
        Tensors.AssertClose(luna.Call(tokens, AttentionMask.Causal), Functional.Cat([.. steps], 1), 1e-9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PaddingIsAsIfItWereNotThere(bool causal)
    {
        using var scope = new TensorScope();
        var luna = new Luna(new TokenMixerShape(0, 6, 2), new LunaOptions { Memory = 4 });
        luna.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 2, 9, 6);
        // Padding in front shifts no token's count either.
        var places = Functional.Arange(9);
        var mask = AttentionMask.OfTokens(((places >= 2) & (places < 7)).Expand([2, -1])) with { IsCausal = causal };
        var alone = luna.Call(tokens[.., 2..7], causal ? AttentionMask.Causal : null);
        Tensors.AssertClose(alone, luna.Call(tokens, mask)[.., 2..7], 1e-9);
    }

    [Fact]
    public void APairsTableIsRefusedAndHeadsDivideTheWidth()
    {
        using var scope = new TensorScope();
        var luna = new Luna(new TokenMixerShape(0, 6, 2), new LunaOptions());
        Assert.StartsWith("Luna ", Assert.Throws<UserException>(
            () => luna.Call(Functional.Ones([1, 3, 6]), AttentionMask.OfPairs(Functional.Ones([3, 3], DType.Bool)))).Message, StringComparison.Ordinal);
        Assert.Equal("The width must be a multiple of the number of heads, found width 6 and 4 heads.",
            Assert.Throws<UserException>(() => new Luna(new TokenMixerShape(0, 6, 2), new LunaOptions { PackHeads = 4 })).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void GradientsOfALayerAreSlopes(bool normFirst)
    {
        var layer = new LunaEncoderLayer(new LunaLayerShape(6, 2, 3, 8, "gelu", normFirst, Tied: false));
        layer.To(DType.Float64);
        var (tokens, memory) = (Tensors.Normal64(1, 2, 5, 6), Tensors.Normal64(2, 1, 3, 6));
        tokens.RequiresGrad = memory.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, memory, .. layer.Parameters()], () =>
        {
            var (mixed, packed) = layer.Call(tokens, memory);
            return mixed.Sin().Sum() + packed.Sin().Sum();
        }, 1e-6);
    }

    private static LunaAttention Attention(Sizes sizes)
    {
        var attention = new LunaAttention(6, sizes.Heads, sizes.PackHeads, sizes.Tied);
        attention.To(DType.Float64);
        return attention;
    }

    /// <summary>A projection, or that of the keys where keys and values are one.</summary>
    private static Tensor Map(IReadOnlyDictionary<string, Tensor> state, string name, Tensor x, string otherwise = "")
    {
        var found = state.ContainsKey($"{name}_projection.weight") ? name : otherwise;
        return x.MatMul(state[$"{found}_projection.weight"].T()) + state[$"{found}_projection.bias"];
    }

    private static Tensor Attend(Tensor queries, Tensor keys, Tensor values, int heads) => Functional.Cat(
        [.. queries.Chunk(heads, -1).Zip(keys.Chunk(heads, -1), values.Chunk(heads, -1)).Select(head =>
            (head.First.MatMul(head.Second.Transpose(-2, -1)) / Math.Sqrt(head.First.Size(-1))).Softmax(-1).MatMul(head.Third))], -1);

    /// <summary>Token by token, on one sample.</summary>
    private static Tensor NaiveCausal(IReadOnlyDictionary<string, Tensor> state, Tensor tokens, Tensor memory, int heads)
    {
        var root = Math.Sqrt(6.0 / heads);
        Tensor[] Split(string name, Tensor x, string otherwise = "") => Map(state, name, x, otherwise).Chunk(heads, -1);
        var (asking, packed, queries) = (Split("pack_query", memory), Split("pack_key", tokens), Split("query", tokens));
        var (keys, values) = (Split("key", tokens), Split("value", tokens, "key"));
        var contexts = Enumerable.Range(0, heads).Select(head =>
        {
            var packing = (packed[head].MatMul(asking[head].T() / root) * Math.Log(2)).Exp().Log1p() / Math.Log(2);
            return Functional.Stack([.. Enumerable.Range(1, (int)tokens.Size(0)).Select(seen =>
            {
                var weights = (queries[head][seen - 1] / root).MatMul(keys[head][..seen].T().MatMul(packing[..seen])) / seen;
                return weights.Softmax(-1).MatMul(packing[..seen].T().MatMul(values[head][..seen])) / seen;
            })], 0);
        });
        return Map(state, "output", Functional.Cat([.. contexts], -1));
    }
}
