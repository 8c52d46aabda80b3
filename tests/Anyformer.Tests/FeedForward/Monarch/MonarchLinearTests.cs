using Anyformer.FeedForward.Monarch;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.FeedForward.Monarch;

[Collection(DefaultGenerator.Name)]
public sealed class MonarchLinearTests
{
    private static readonly Gen<(int Inputs, int Outputs, int Blocks)> s_sizes =
        from inputs in Gen.Choose(1, 12)
        from outputs in Gen.Choose(1, 12)
        from blocks in Gen.Choose(1, 5)
        select (inputs, outputs, blocks);

    [Fact]
    public void BlocksMapTheirOwnInputsToTheirOwnOutputs() => Property.Holds(s_sizes, drawn =>
    {
        using var scope = new TensorScope();
        var (inputs, outputs, blocks) = drawn;
        var linear = new BlockDiagonalLinear(inputs, outputs, blocks);
        var (weight, x) = (linear.Weight.Numbers(), Tensors.Normal(1, 2, 3, inputs));
        var (blockOutputs, blockInputs) = ((int)linear.Weight.Size(1), (int)linear.Weight.Size(2));
        var dense = new double[outputs * inputs];
        for (var row = 0; row < outputs; row++)
            for (var column = 0; column < inputs; column++)
                if (row / blockOutputs == column / blockInputs)
                    dense[row * inputs + column] = weight[(row * blockInputs) + column % blockInputs];
        Tensors.AssertClose(dense, linear.ToDense(), 1e-7);
        Tensors.AssertClose(Functional.Linear(x, linear.ToDense(), linear.Bias), linear.Call(x));
    });

    [Fact]
    public void ShufflingSendsNeighboursToDifferentBlocks()
    {
        using var scope = new TensorScope();
        var linear = new BlockDiagonalLinear(4, 4, 2, bias: false, shuffle: true);
        linear.Load(new Dictionary<string, Tensor> { ["weight"] = Functional.Eye(2).Expand([2, 2, 2]) });
        Assert.Equal([1, 3, 2, 4], linear.Call(Tensor.From<float>([1, 2, 3, 4], [1, 4])).Numbers());
    }

    [Fact]
    public void EveryInputReachesEveryOutputOfAMonarchMap() => Property.Holds(s_sizes, drawn =>
    {
        using var scope = new TensorScope();
        var (inputs, outputs, blocks) = drawn;
        var linear = new MonarchLinear(inputs, outputs, blocks);
        var (first, second) = (linear.First, linear.Second);
        var x = Tensors.Normal(1, inputs);
        // Block k makes its q-th product, which is number k q of all; of those the second factor's block l takes each l-th.
        var products = new double[blocks * blocks];
        for (var number = 0; number < products.Length; number++)
            for (var (p, input) = (0, number / blocks * (int)first.Size(2)); p < first.Size(2) && input < inputs; p++, input++)
                products[number] += first[number / blocks, number % blocks, p].Item<double>() * x[input].Item<double>();
        var expected = new double[outputs];
        for (var output = 0; output < outputs; output++)
            for (var r = 0; r < blocks; r++)
                expected[output] += second[output % blocks, output / blocks, r].Item<double>() * products[r * blocks + output % blocks];
        Tensors.AssertClose(expected.Zip(linear.Bias!.Numbers(), (product, bias) => product + bias).ToArray(), linear.Call(x.Unsqueeze(0)), 1e-5);
    }, runs: 40);

    [Fact]
    public void GradientsAreSlopes()
    {
        var linear = new MonarchLinear(7, 5, 3);
        linear.To(DType.Float64);
        var x = Tensors.Normal64(1, 2, 7);
        x.RequiresGrad = true;
        FiniteDifferences.AssertGradients([x, .. linear.Parameters()], () => linear.Call(x).Square().Sum());
    }

    [Fact]
    public void FactorsThatDoNotFitAreRefused()
    {
        using var scope = new TensorScope();
        Tensor Factor(params long[] shape) => Tensors.Normal(1, shape);
        Assert.Equal("The factors [2, 2, 2] and [2, 3, 3] of a Monarch matrix do not fit vectors of 4 numbers, or each other.",
            Assert.Throws<UserException>(() => MonarchLinear.Product(Factor(1, 4), Factor(2, 2, 2), Factor(2, 3, 3))).Message);
        Assert.Equal("A Monarch map needs at least one block, found 0.", Assert.Throws<UserException>(() => new MonarchLinear(2, 2, 0)).Message);
        Assert.Equal("A block-diagonal map needs at least one block, found 0.",
            Assert.Throws<UserException>(() => new BlockDiagonalLinear(2, 2, 0)).Message);
    }
}
