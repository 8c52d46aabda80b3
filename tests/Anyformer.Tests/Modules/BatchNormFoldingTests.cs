using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Modules;

[Collection(DefaultGenerator.Name)]
public sealed class BatchNormFoldingTests
{
    private static readonly Gen<(int Groups, int In, int Out, int Kernel, int Stride, bool Bias)> s_convolutions =
        from groups in Gen.Choose(1, 3)
        from channels in Gen.Choose(1, 3).Two()
        from kernel in Gen.Elements(1, 3)
        from stride in Gen.Choose(1, 2)
        from bias in Gen.Elements(true, false)
        select (groups, channels.Item1 * groups, channels.Item2 * groups, kernel, stride, bias);

    [Fact]
    public void AConvolutionAndItsNormAreOneConvolution() => Property.Holds(s_convolutions, drawn =>
    {
        using var scope = new TensorScope();
        var convolution = new Conv2d(drawn.In, drawn.Out, drawn.Kernel, drawn.Stride, padding: 1, groups: drawn.Groups, bias: drawn.Bias);
        convolution.To(DType.Float64);
        var (norm, images) = (Norm(drawn.Out), Tensors.Normal64(9, 2, drawn.In, 5, 4));
        Tensors.AssertClose(norm.Call(convolution.Call(images)), BatchNormFolding.Fold(convolution, norm).Call(images), 1e-12);
    }, runs: 30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ALinearMapAndTheNormBeforeOrAfterItAreOneMap(bool bias)
    {
        using var scope = new TensorScope();
        var linear = new Linear(3, 4, bias);
        linear.To(DType.Float64);
        var input = Tensors.Normal64(9, 5, 3);
        Tensors.AssertClose(Norm(4).Call(linear.Call(input)), BatchNormFolding.Fold(linear, Norm(4)).Call(input), 1e-12);
        Tensors.AssertClose(linear.Call(Norm(3).Call(input)), BatchNormFolding.Fold(Norm(3), linear).Call(input), 1e-12);
    }

    [Fact]
    public void AModelIsFoldedInPlace()
    {
        using var scope = new TensorScope();
        var model = new Sequential(new ConvBatchNorm(2, 3, 3), new ConvBatchNorm(3, 2));
        var images = Tensors.Normal(9, 4, 2, 5, 5);
        model.Call(images);
        model.Eval();
        var expected = model.Call(images);
        BatchNormFolding.Fold(model);
        Assert.Equal(["0.convolution.weight", "0.convolution.bias", "1.convolution.weight", "1.convolution.bias"], model.StateDict().Keys);
        Tensors.AssertClose(expected, model.Call(images));
        BatchNormFolding.Fold(model);
        Tensors.AssertClose(expected, model.Call(images));
    }

    /// <summary>A norm that has seen something, outside training.</summary>
    private static BatchNorm Norm(int channels)
    {
        var norm = new BatchNorm(channels);
        norm.To(DType.Float64);
        norm.Load(new Dictionary<string, Tensor>
        {
            ["weight"] = Tensors.Normal64(1, channels),
            ["bias"] = Tensors.Normal64(2, channels),
            ["running_mean"] = Tensors.Normal64(3, channels),
            ["running_var"] = Tensors.Normal64(4, channels).Square() + 0.1,
        }, strict: false);
        norm.Eval();
        return norm;
    }
}
