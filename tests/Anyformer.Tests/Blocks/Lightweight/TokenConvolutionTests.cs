using Anyformer.Attention;
using Anyformer.Blocks.Lightweight;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;

namespace Anyformer.Tests.Blocks.Lightweight;

public sealed class TokenConvolutionTests
{
    private static readonly Gen<(int Tokens, int Kernel, int Heads, int HeadWidth, bool IsCausal)> s_sizes =
        from tokens in Gen.Choose(1, 9)
        from kernel in Gen.Choose(1, 12)
        from heads in Gen.Choose(1, 3)
        from headWidth in Gen.Choose(1, 3)
        from isCausal in Gen.Elements(true, false)
        select (tokens, kernel, heads, headWidth, isCausal);

    [Fact]
    public void ALightweightConvolutionIsASumOverNeighbours() => Anyformer.Testing.Property.Holds(s_sizes, size =>
    {
        using var scope = new TensorScope();
        var width = size.Heads * size.HeadWidth;
        var mixer = new LightweightConvolution(new TokenConvolutionShape(width, size.Heads, size.Kernel), null, null, bias: true);
        var kernels = mixer.StateDict()["weight"].Softmax(-1).Numbers();
        AssertSum(mixer, size, (_, head, place) => kernels[head * size.Kernel + place]);
    });

    [Fact]
    public void ADynamicConvolutionIsASumByKernelsOfEachToken() => Anyformer.Testing.Property.Holds(s_sizes, size =>
    {
        using var scope = new TensorScope();
        var width = size.Heads * size.HeadWidth;
        var mixer = new DynamicConvolution(new TokenConvolutionShape(width, size.Heads, size.Kernel), null, null, kernelBias: true, bias: true);
        var state = mixer.StateDict();
        var kernels = Functional.Linear(Tokens(size.Tokens, width), state["kernels.weight"], state["kernels.bias"])
            .View([size.Tokens, size.Heads, size.Kernel]).Softmax(-1).Numbers();
        AssertSum(mixer, size, (token, head, place) => kernels[(token * size.Heads + head) * size.Kernel + place]);
    });

    [Fact]
    public void GradientsAreSlopes()
    {
        foreach (TokenMixer mixer in new TokenMixer[]
        {
            new LightweightConvolution(new TokenMixerShape(5, 4, 2), new TokenConvolutionOptions { Kernel = 3 }),
            new DynamicConvolution(new TokenMixerShape(5, 4, 2), new TokenConvolutionOptions { Kernel = 3 }),
            new LongShortRangeAttention(new TokenMixerShape(5, 4, 2), new LongShortRangeAttentionOptions { Kernel = 3 }),
        })
        {
            mixer.To(DType.Float64);
            var input = Tensors.Normal64(1, 2, 5, 4);
            input.RequiresGrad = true;
            FiniteDifferences.AssertGradients([input, .. mixer.Parameters()], () => (mixer.Call(input) * Tensors.Normal64(2, 2, 5, 4)).Sum(), 1e-6);
        }
    }

    [Fact]
    public void PairsAreRefused()
    {
        using var scope = new TensorScope();
        var mixer = new LightweightConvolution(new TokenMixerShape(5, 4, 2), new TokenConvolutionOptions());
        Assert.Throws<UserException>(() => mixer.Call(Tensors.Normal(1, 1, 5, 4), AttentionMask.OfPairs(Functional.Ones([5, 5], DType.Bool))));
    }

    [Fact]
    public void HeadsMustDivideTheWidth()
    {
        var exception = Assert.Throws<UserException>(() => new DynamicConvolution(new TokenMixerShape(5, 4, 3), new TokenConvolutionOptions()));
        Assert.Equal("The width must be a multiple of the number of heads, found width 4 and 3 heads.", exception.Message);
    }

    private static Tensor Tokens(int tokens, int width) => Tensors.Normal(1, 1, tokens, width);

    private static void AssertSum(
        TokenConvolution mixer, (int Tokens, int Kernel, int Heads, int HeadWidth, bool IsCausal) size, Func<int, int, int, double> kernel)
    {
        var width = size.Heads * size.HeadWidth;
        var tokens = Tokens(size.Tokens, width);
        var (numbers, before) = (tokens.Numbers(), size.IsCausal ? size.Kernel - 1 : size.Kernel / 2);
        var expected = new double[size.Tokens * width];
        for (var token = 0; token < size.Tokens; token++)
            for (var channel = 0; channel < width; channel++)
                for (var place = 0; place < size.Kernel; place++)
                    if (token - before + place is var seen && seen >= 0 && seen < size.Tokens)
                        expected[token * width + channel] += kernel(token, channel / size.HeadWidth, place) * numbers[seen * width + channel];
        Tensors.AssertClose(expected, mixer.Call(tokens, size.IsCausal ? AttentionMask.Causal : null));
    }
}
