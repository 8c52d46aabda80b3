using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

public sealed class BigBirdAttentionTests
{
    private const int Width = 3, Heads = 2;

    private static readonly Gen<(int Tokens, int Block, int Count, int Seed)> s_cases =
        from block in Gen.Choose(1, 5)
        from blocks in Gen.Choose(3, 12)
        from missing in Gen.Choose(0, block - 1)
        from count in Gen.Choose(0, 3)
        from seed in Gen.Choose(0, 1000)
        select (blocks * block - missing, block, count, seed);

    [Fact]
    public void ABlockSeesItsWindowTheEdgesAndTheGivenBlocks() => Property.Holds(s_cases, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, block, count, seed) = drawn;
        var blocks = (tokens + block - 1) / block;
        var (queries, keys, values) = Draw(tokens);
        // Any blocks, also such as are seen already: they count once more.
        var further = (Tensors.Normal64(seed, Heads, blocks - 2, count).Abs() * 5).To(DType.Int64).Remainder(blocks);
        var real = (Tensors.Normal64(seed + 1, 2, tokens) > -1).LogicalOr(Functional.Arange(tokens) < 1);
        var times = Times(tokens, block, further).MaskedFill(!real.View([2, 1, 1, tokens]), 0);
        var scores = queries.MatMul(keys.Transpose(-2, -1)) / Math.Sqrt(Width) + times.Log();
        var expected = scores.Softmax(-1).MatMul(values).MaskedFill(!real.View([2, 1, tokens, 1]), 0);
        Tensors.AssertClose(expected, Attention(block, count).Call(queries, keys, values, AttentionMask.OfTokens(real), further), 1e-9);
    }, runs: 40);

    [Fact]
    public void ShortSamplesAreAttendedToInFull()
    {
        using var scope = new TensorScope();
        var attention = Attention(block: 2, count: 1);
        var (queries, keys, values) = Draw(14);
        Tensors.AssertClose(new SoftmaxAttention().Call(queries, keys, values), attention.Call(queries, keys, values), 1e-12);
        (queries, keys, values) = Draw(15);
        Tensors.AssertClose(attention.Call(queries, keys, values, null, RandomBlocks.Draw(7, Heads, 8, 1)), attention.Call(queries, keys, values), 1e-12);
    }

    [Fact]
    public void RandomBlocksAreThoseOfTheWeights()
    {
        using var scope = new TensorScope();
        BigBirdAttention Fresh() => new(new AttentionShape(Heads, Width), new BigBirdAttentionOptions { BlockSize = 1, RandomBlocks = 1 });
        var (one, other) = (Fresh(), Fresh());
        var (queries, keys, values) = Draw(40);
        var contexts = one.Call(queries, keys, values);
        Assert.True((contexts - other.Call(queries, keys, values)).Abs().Max().Item<double>() > 1e-3);
        other.Load(one.StateDict());
        Tensors.AssertSame(contexts, other.Call(queries, keys, values));
    }

    [Fact]
    public void OutsideTrainingTheFirstBlockMayStandForTheRandomOnes()
    {
        using var scope = new TensorScope();
        var options = new BigBirdAttentionOptions { BlockSize = 2, RandomBlocks = 2, Seed = 3, FirstBlockInEvaluation = true };
        var attention = new BigBirdAttention(new AttentionShape(Heads, Width), options);
        var (queries, keys, values) = Draw(21);
        Tensor With(Tensor blocks) => attention.Call(queries, keys, values, null, blocks);
        Tensors.AssertSame(With(RandomBlocks.Draw(3, Heads, 11, 2)), attention.Call(queries, keys, values));
        attention.Eval();
        Tensors.AssertSame(With(Functional.Zeros([Heads, 9, 2], DType.Int64)), attention.Call(queries, keys, values));
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var attention = Attention(block: 2, count: 1);
        var (queries, keys, values) = Draw(17);
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        var real = Functional.Arange(17) < Tensor.From<long>([17, 12], [2, 1]);
        FiniteDifferences.AssertGradients([queries, keys, values],
            () => attention.Call(queries, keys, values, AttentionMask.OfTokens(real)).Square().Sum());
    }

    [Fact]
    public void MasksThatItCannotObeyAreRefused()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 1, 2, 4, Width);
        string Refusal(Tensor keys, AttentionMask? mask) =>
            Assert.Throws<UserException>(() => Attention(2, 1).Call(tokens, keys, keys, mask)).Message;
        Assert.Equal("BigBird attention has no causal form; choose a mechanism that the catalog calls causal.", Refusal(tokens, AttentionMask.Causal));
        Assert.StartsWith("BigBird attention makes no score for every pair", Refusal(tokens, AttentionMask.OfPairs(Functional.Ones([4, 4], DType.Bool))));
        Assert.Equal("BigBird attention is attention of tokens to those around them, so it needs as many keys as queries, found 3 and 4.",
            Refusal(tokens[.., .., ..3], null));
    }

    private static BigBirdAttention Attention(int block, int count) =>
        new(new AttentionShape(Heads, Width), new BigBirdAttentionOptions { BlockSize = block, RandomBlocks = count, Seed = 7 });

    private static (Tensor Queries, Tensor Keys, Tensor Values) Draw(int tokens) =>
        (Tensors.Normal64(1, 2, Heads, tokens, Width), Tensors.Normal64(2, 2, Heads, tokens, Width), Tensors.Normal64(3, 2, Heads, tokens, Width));

    /// <summary>How often each query sees each key, (1, heads, tokens, tokens).</summary>
    private static Tensor Times(int tokens, int block, Tensor further)
    {
        var (blocks, count, numbers) = ((tokens + block - 1) / block, (int)further.Size(2), further.Numbers());
        int OfBlocks(int head, int query, int key) => query == 0 || query == blocks - 1
            ? 1
            : (key == 0 || key == blocks - 1 || Math.Abs(query - key) <= 1 ? 1 : 0)
                + Enumerable.Range(0, count).Count(i => (int)numbers[(head * (blocks - 2) + query - 1) * count + i] == key);
        var times =
            from head in Enumerable.Range(0, Heads)
            from query in Enumerable.Range(0, tokens)
            from key in Enumerable.Range(0, tokens)
            select (double)OfBlocks(head, query / block, key / block);
        return Tensor.From<double>([.. times], [1, Heads, tokens, tokens]);
    }
}
