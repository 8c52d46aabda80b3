namespace Anyformer.Torch.Tests;

public sealed class OperatorTests
{
    private static readonly Tensor Matrix = Tensor.From(new[,] { { 1.0, 2.0 }, { 3.0, 4.0 } });

    [Fact]
    public void ArithmeticIsElementByElement()
    {
        var x = Tensor.From([1.0, 2.0, -4.0]);
        var y = Tensor.From([2.0, 8.0, 0.5]);

        Assert.Equal([3.0, 10.0, -3.5], (x + y).ToArray<double>());
        Assert.Equal([-1.0, -6.0, -4.5], (x - y).ToArray<double>());
        Assert.Equal([2.0, 16.0, -2.0], (x * y).ToArray<double>());
        Assert.Equal([0.5, 0.25, -8.0], (x / y).ToArray<double>());
        Assert.Equal([-1.0, -2.0, 4.0], (-x).ToArray<double>());
    }

    [Fact]
    public void NumbersStandOnEitherSide()
    {
        var x = Tensor.From([1.0, 2.0, 4.0]);

        Assert.Equal([11.0, 12.0, 14.0], (x + 10).ToArray<double>());
        Assert.Equal([11.0, 12.0, 14.0], (10 + x).ToArray<double>());
        Assert.Equal([-9.0, -8.0, -6.0], (x - 10).ToArray<double>());
        Assert.Equal([9.0, 8.0, 6.0], (10 - x).ToArray<double>());
        Assert.Equal([2.0, 4.0, 8.0], (2 * x).ToArray<double>());
        Assert.Equal([8.0, 4.0, 2.0], (8 / x).ToArray<double>());
        Assert.Equal([0.5, 1.0, 2.0], (x / 2).ToArray<double>());
    }

    [Fact]
    public void ComparisonsGiveMasksThatCombine()
    {
        var x = Tensor.From([1L, 2, 3]);
        var y = Tensor.From([2L, 2, 2]);

        Assert.Equal([true, false, false], (x < y).ToArray<bool>());
        Assert.Equal([true, true, false], (x <= y).ToArray<bool>());
        Assert.Equal([false, false, true], (x > 2).ToArray<bool>());
        Assert.Equal([false, true, true], (x >= 2).ToArray<bool>());
        Assert.Equal([false, true, false], ((x >= 2) & (x <= 2)).ToArray<bool>());
        Assert.Equal([true, false, true], (!(x.Eq(2)) | (x > 5)).ToArray<bool>());
    }

    [Fact]
    public void MatrixProductsAgreeWithTheHandComputedOnes()
    {
        var vector = Tensor.From([5.0, 6.0]);

        Assert.Equal([7.0, 10.0, 15.0, 22.0], Matrix.MatMul(Matrix).ToArray<double>());
        Assert.Equal([17.0, 39.0], Matrix.MatMul(vector).ToArray<double>());
        Assert.Equal([18.0, 40.0], Functional.Linear(vector, Matrix, Tensor.From([1.0, 1.0])).ToArray<double>());
        Assert.Equal([23.0, 34.0], Functional.Einsum("i,ij->j", [vector, Matrix]).ToArray<double>());
        Assert.Equal(-2.0, Functional.LinalgDet(Matrix).Item<double>(), 1e-12);
    }

    [Fact]
    public void ReductionsTakeAllDimensionsOrSome()
    {
        Assert.Equal(10.0, Matrix.Sum().Item<double>());
        Assert.Equal([4.0, 6.0], Matrix.Sum(0).ToArray<double>());
        Assert.Equal([1, 2], Matrix.Sum(0, keepdim: true).Shape);
        Assert.Equal([2.0, 3.0], Matrix.Mean(0).ToArray<double>());
        Assert.Equal([2.0, 12.0], Matrix.Prod(1).ToArray<double>());
        Assert.Equal([0.5, 0.5], Matrix.Var([1], correction: 1).ToArray<double>());
    }

    [Fact]
    public void SoftmaxOfEqualScoresIsUniform()
    {
        Assert.Equal([0.25, 0.25, 0.25, 0.25], Functional.Zeros([4], DType.Float64).Softmax(-1).ToArray<double>());
        var last = Tensor.From([0.0, Math.Log(3)]).Softmax(-1).ToArray<double>();
        Assert.Equal(0.75, last[1], 1e-15);
    }

    [Fact]
    public void ConvolutionsSlideTheKernel()
    {
        var signal = Tensor.From([1.0, 2.0, 4.0, 8.0], 1, 1, 4);
        var kernel = Tensor.From([1.0, -1.0], 1, 1, 2);

        Assert.Equal([-1.0, -2.0, -4.0], Functional.Conv1d(signal, kernel).ToArray<double>());
        Assert.Equal([-1.0, -4.0], Functional.Conv1d(signal, kernel, stride: 2).ToArray<double>());
    }

    [Fact]
    public void SeveralResultsComeBackByName()
    {
        var (values, indices) = Matrix.Max(1);
        Assert.Equal([2.0, 4.0], values.ToArray<double>());
        Assert.Equal([1L, 1L], indices.ToArray<long>());

        var top = Tensor.From([3.0, 9.0, 5.0]).TopK(2);
        Assert.Equal([9.0, 5.0], top.Values.ToArray<double>());
        Assert.Equal([1L, 2L], top.Indices.ToArray<long>());

        var (q, r) = Functional.LinalgQr(Matrix);
        Assert.True(q.MatMul(r).AllClose(Matrix));
    }

    [Fact]
    public void AListOfResultsIsAnArray()
    {
        var parts = Functional.Arange(5).Split(2);

        Assert.Equal([[0, 1], [2, 3], [4]], parts.Select(part => part.ToArray<long>()));
    }

    [Fact]
    public void PlainValuesComeBackAsSuch()
    {
        Assert.True(Matrix.Equal(Matrix.Clone()));
        Assert.False(Matrix.AllClose(Matrix + 1));
    }

    [Fact]
    public void InPlaceOperatorsReturnTheirObject()
    {
        var x = Tensor.From([1.0, 2.0]);
        var view = x[1..];

        Assert.Same(x, x.AddInPlace(1));
        Assert.Same(x, x.MulInPlace(Tensor.From([1.0, 10.0])));
        Assert.Same(x, x.ClampInPlace(max: 25));
        Assert.Equal([2.0, 25.0], x.ToArray<double>());
        Assert.Equal([25.0], view.ToArray<double>());
    }

    [Fact]
    public void OperatorsWithoutResultsChangeTheirArguments()
    {
        Tensor[] weights = [Tensor.From([1.0]), Tensor.From([2.0, 3.0])];

        Functional.ForeachAddInPlace(weights, 10);

        Assert.Equal([11.0], weights[0].ToArray<double>());
        Assert.Equal([12.0, 13.0], weights[1].ToArray<double>());
    }
}
