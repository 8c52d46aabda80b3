using Anyformer.Attention.OptimalTransport;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention.OptimalTransport;

public sealed class NystromFeaturesTests
{
    [Fact]
    public void ProductsOfFeaturesOfAnchorsAreTheKernel()
    {
        using var scope = new TensorScope();
        var anchors = NystromFeatures.Unit(Tensors.Normal64(1, 4, 5));
        // Anchors, the first of twice the length.
        var vectors = anchors * Tensor.From<double>([2, 1, 1, 1], [4, 1]);
        var features = NystromFeatures.Of(vectors, anchors, bandwidth: 0.6, shortest: 1e-6);
        var kernel = ((anchors.MatMul(anchors.Transpose(0, 1)) - 1) / 0.36).Exp();
        var lengths = Tensor.From<double>([2, 1, 1, 1], [4, 1]);
        // Up to the hundredth that is added to roots.
        Tensors.AssertClose(kernel * lengths * lengths.Transpose(0, 1), features.MatMul(features.Transpose(0, 1)), 0.05);
    }

    [Fact]
    public void TheInverseSquareRootIsThatOfTheEigenvalues()
    {
        using var scope = new TensorScope();
        var root = InverseSquareRoot.Of(Tensor.From<double>([4, 0, 0, 9], [2, 2]));
        Tensors.AssertClose([1 / 2.01, 0, 0, 1 / 3.01], root, 1e-12);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.0)]
    public void ItsGradientsAreSlopesAlsoWhereEigenvaluesAreEqual(double spread)
    {
        var factor = Tensors.Normal64(1, 2, 3, 3) * spread;
        factor.RequiresGrad = true;
        var probe = Tensors.Normal64(2, 2, 3, 3);
        // The identity has one eigenvalue three times.
        Tensor Symmetric() => factor.MatMul(factor.Transpose(1, 2)) + factor + factor.Transpose(1, 2) + Functional.Eye(3, DType.Float64) * 8;
        FiniteDifferences.AssertGradients([factor], () => (InverseSquareRoot.Of(Symmetric()) * probe).Sum());
    }
}
