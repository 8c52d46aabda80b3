using Anyformer.Attention;
using Anyformer.Attention.LowRank;
using Anyformer.Attention.Softmax;
using Anyformer.Models.Language;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.LowRank;

public sealed class NystromAttentionTests
{
    [Fact]
    public void ThePseudoInverseOfAnInvertibleMapIsItsInverse()
    {
        using var scope = new TensorScope();
        var maps = (Tensors.Normal64(1, 2, 3, 4, 4) + 3 * Functional.Eye(4, dtype: DType.Float64)).Softmax(-1);
        foreach (var batchScale in new[] { true, false })
            Tensors.AssertClose(Functional.LinalgInv(maps), PseudoInverse.Of(maps, 30, batchScale), 1e-8);
    }

    [Fact]
    public void OfNoMoreTokensThanLandmarksItIsASoftmax() => Property.Holds(Gen.Choose(1, 8).Two(), drawn =>
    {
        using var scope = new TensorScope();
        var (queries, keys) = (Tensors.Normal64(1, 2, 2, drawn.Item1, 3), Tensors.Normal64(2, 2, 2, drawn.Item2, 3));
        var values = Tensors.Normal64(3, 2, 2, drawn.Item2, 3);
        Tensors.AssertClose(new SoftmaxAttention().Call(queries, keys, values), Attention(8).Call(queries, keys, values), 1e-9);
    }, runs: 20);

    [Fact]
    public void ItIsTheDenseFormula() => Property.Holds(Gen.Choose(5, 40).Two().Zip(Gen.Choose(1, 4)), drawn =>
    {
        using var scope = new TensorScope();
        var ((asking, answering), landmarks) = drawn;
        var (queries, keys) = (Tensors.Normal64(1, 2, 2, asking, 3), Tensors.Normal64(2, 2, 2, answering, 3));
        var (values, real) = (Tensors.Normal64(3, 2, 2, answering, 3), Tensors.Normal64(4, 2, answering) > -0.5);
        var (q, k) = (queries * Math.Pow(3, -0.25), keys * Math.Pow(3, -0.25) * real.View([2, 1, -1, 1]));
        Tensor Means(Tensor tokens)
        {
            var segment = (tokens.Size(2) + landmarks - 1) / landmarks;
            return Functional.Cat([.. tokens.Split(segment, 2).Select(part => part.Mean([2], keepdim: true))], 2);
        }

        static Tensor Map(Tensor left, Tensor right) => left.MatMul(right.Transpose(-2, -1)).Softmax(-1);
        var hidden = Means(q).MatMul(k.Transpose(-2, -1)).MaskedFill(!real.View([2, 1, 1, -1]), double.NegativeInfinity).Softmax(-1);
        var inverse = PseudoInverse.Of(Map(Means(q), Means(k)), 6, batchScale: false);
        var expected = Map(q, Means(k)).MatMul(inverse).MatMul(hidden).MatMul(values);
        Tensors.AssertClose(expected, Attention(landmarks).Call(queries, keys, values, AttentionMask.OfKeys(real)), 1e-9);
    }, runs: 40);

    [Fact]
    public void TheConvolutionRunsAlongTheTokensOfEachHead()
    {
        using var scope = new TensorScope();
        var attention = Attention(2, kernel: 3);
        var (queries, keys, values) = (Tensors.Normal64(1, 1, 2, 5, 3), Tensors.Normal64(2, 1, 2, 5, 3), Tensors.Normal64(3, 1, 2, 5, 3));
        var added = (attention.Call(queries, keys, values) - Attention(2).Call(queries, keys, values)).Numbers();
        var (kernel, v) = (attention.StateDict()["convolution"].Numbers(), values.Numbers());
        for (var head = 0; head < 2; head++)
            for (var token = 0; token < 5; token++)
                for (var channel = 0; channel < 3; channel++)
                {
                    double At(int place) => place is < 0 or > 4 ? 0 : v[(head * 5 + place) * 3 + channel];
                    var expected = Enumerable.Range(0, 3).Sum(i => kernel[head * 3 + i] * At(token + i - 1));
                    Assert.Equal(expected, added[(head * 5 + token) * 3 + channel], 1e-9);
                }
    }

    [Fact]
    public void OneScaleForTheBatchLetsSamplesActOnEachOther()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal64(1, 2, 2, 12, 3);
        Tensor First(bool batchScale, double other)
        {
            var attention = new NystromAttention(new AttentionShape(2, 3),
                new() { Landmarks = 3, ConvolutionKernel = null, BatchScale = batchScale, Iterations = 2 });
            var batch = Functional.Cat([tokens[..1], tokens[1..] * other]);
            return attention.Call(batch, batch, batch)[0];
        }

        Tensors.AssertSame(First(false, 1), First(false, 5));
        Assert.NotEqual(First(true, 1).Numbers(), First(true, 5).Numbers());
    }

    [Fact]
    public void PaddingCountsInLandmarksOnlyWhereItIsToldTo()
    {
        using var scope = new TensorScope();
        var (tokens, real) = (Tensors.Normal64(1, 1, 2, 12, 3), Functional.Arange(12).View([1, 12]) < 10L);
        var changed = Functional.Cat([tokens[.., .., ..10], tokens[.., .., 10..] * 3], 2);
        Tensor Seen(bool counts, Tensor heads)
        {
            var options = new NystromAttentionOptions { Landmarks = 4, ConvolutionKernel = null, PaddingInLandmarks = counts };
            var attention = new NystromAttention(new AttentionShape(2, 3), options);
            return attention.Call(heads, heads, heads, AttentionMask.OfTokens(real))[.., .., ..10];
        }

        Tensors.AssertSame(Seen(false, tokens), Seen(false, changed));
        Assert.NotEqual(Seen(true, tokens).Numbers(), Seen(true, changed).Numbers());
    }

    [Fact]
    public void ASampleOfPaddingAloneStaysFinite()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 1, 2, 12, 3);
        var mask = AttentionMask.OfTokens(Functional.Zeros([1, 12], DType.Bool));
        foreach (var landmarks in new[] { 4, 12 })
            Assert.All(Attention(landmarks).Call(tokens, tokens, tokens, mask).Numbers(), number => Assert.True(double.IsFinite(number)));
    }

    [Fact]
    public void MistakesAreNamed()
    {
        using var scope = new TensorScope();
        var tokens = Tensors.Normal(1, 1, 2, 6, 3);
        string Message(Func<object> action) => Assert.Throws<UserException>(action).Message;
        Assert.Equal("Nyströmformer's convolution must cover an odd number of tokens, found 4.", Message(() => Attention(2, kernel: 4)));
        Assert.Equal("Nyströmformer's convolution needs as many queries as keys, found 3 and 6; leave it out with convolution-kernel: null.",
            Message(() => Attention(2, kernel: 3).Call(tokens[.., .., ..3], tokens, tokens)));
        Assert.Equal("This Nyströmformer takes samples of up to 4 tokens, found 5.", Message(() =>
            new Nystromformer(new() { Vocabulary = 9, Positions = 4, Width = 8, Heads = 2, Layers = 1 }).Call(Functional.Zeros([1, 5], DType.Int64))));
    }

    [Fact]
    public void TheModelHasThePublishedParameters()
    {
        const int embeddings = (30000 + 512 + 2) * 768 + 2 * 768;
        const int block = 4 * (768 * 768 + 768) + 12 * 65 + 2 * 768 * 3072 + 3072 + 768 + 4 * 768;
        Assert.Equal(embeddings + block, new Nystromformer(new() { Layers = 1 }).ParameterCount());
    }

    private static NystromAttention Attention(int landmarks, int? kernel = null)
    {
        var attention = new NystromAttention(new AttentionShape(2, 3), new() { Landmarks = landmarks, ConvolutionKernel = kernel });
        attention.To(DType.Float64);
        return attention;
    }
}
