using Anyformer.Kernels.Products;
using Anyformer.Modules;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Kernels.Products;

/// <summary>Products of bfloat16 and of 8-bit integers: as far from the exact ones as their rounding allows, and no further.</summary>
public sealed class NarrowProductTests
{
    private static readonly Gen<(int Rows, int Inputs, int Outputs, bool Bias)> s_maps =
        from rows in Gen.Choose(1, 40)
        from inputs in Gen.Choose(1, 70)
        from outputs in Gen.Choose(1, 70)
        from bias in Gen.Elements(true, false)
        select (rows, inputs, outputs, bias);

    [Fact]
    public void BFloat16RoundsWeightsInputsAndOutputs() => Property.Holds(s_maps, drawn =>
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, bias, input) = Drawn(drawn);
        // Eight bits are kept of a number: half of the last is lost of each factor, and of the output.
        const double Lost = 1.0 / 256;
        var expected = Functional.Linear(input, weight, bias);
        var sizes = Functional.Linear(input.Abs(), weight.Abs(), bias?.Abs());
        AssertWithin(expected, new BFloat16Linear(weight, bias).Call(input), sizes * (2 * Lost + Lost * Lost) + expected.Abs() * Lost);
    }, runs: 60);

    [Fact]
    public void Int8RoundsWeightsByOutputAndInputsByCall() => Property.Holds(s_maps, drawn =>
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, bias, input) = Drawn(drawn);
        var weightSteps = weight.Abs().Amax([1], keepdim: true) / 127;
        // Zero is one of the steps; a processor that needs room has half of them.
        var inputStep = (input.Max().ClampMin(0) - input.Min().ClampMax(0)) / 127;
        var inputLoss = weight.Abs().Sum([1]) * inputStep;
        var weightLoss = (input.Abs() + inputStep).Sum([-1], keepdim: true) * weightSteps.T() / 2;
        AssertWithin(Functional.Linear(input, weight, bias), new Int8Linear(weight, bias).Call(input), inputLoss + weightLoss + 1e-5);
    }, runs: 60);

    [Fact]
    public void AnActivationFollowsAndWhatIsAdded()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, bias, input) = Drawn((5, 20, 30, true));
        foreach (IFrozenMap map in new IFrozenMap[] { new BFloat16Linear(weight, bias), new Int8Linear(weight, bias) })
        {
            var residual = Tensors.Normal(4, 5, 30);
            Tensors.AssertClose(map.Call(input).Relu(), map.Call(input, Activations.Named("relu")), 1e-6);
            Tensors.AssertClose(map.Call(input).Relu() + residual, map.Call(input, Activations.Named("relu"), residual), 1e-6);
        }
    }

    [Fact]
    public void SeveralMapsOfOneInputGiveWhatEachGives()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, bias, input) = Drawn((5, 20, 30, true));
        foreach (var maps in new IFrozenMap[][] { [new BFloat16Linear(weight, bias), new BFloat16Linear(-weight, null)], [new Int8Linear(weight, bias), new Int8Linear(-weight, null)] })
            foreach (var (map, output) in maps.Zip(maps[0].CallEach(input, maps)))
                Tensors.AssertSame(map.Call(input), output);
    }

    [Fact]
    public void AFewRowsAreExact()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var (weight, bias, input) = Drawn((4, 20, 30, true));
        Tensors.AssertClose(Functional.Linear(input, weight, bias), new BFloat16Linear(weight, bias).Call(input), 1e-5);
        Tensors.AssertClose(Functional.Linear(input, weight, bias), new Int8Linear(weight, bias).Call(input), 1e-5);
    }

    [Fact]
    public void OutputsWithoutWeightsAreTheirBias()
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var output = new Int8Linear(Functional.Zeros([20, 20]), Tensors.Normal(2, 20)).Call(Tensors.Normal(3, 9, 20));
        Tensors.AssertClose(Tensors.Normal(2, 20).Expand([9, 20]), output, 1e-6);
    }

    private static (Tensor Weight, Tensor? Bias, Tensor Input) Drawn((int Rows, int Inputs, int Outputs, bool Bias) drawn) => (
        Tensors.Normal(1, drawn.Outputs, drawn.Inputs), drawn.Bias ? Tensors.Normal(2, drawn.Outputs) : null, Tensors.Normal(3, drawn.Rows, drawn.Inputs));

    private static void AssertWithin(Tensor expected, Tensor actual, Tensor bounds)
    {
        var (difference, most) = ((expected - actual).Abs().Numbers(), bounds.Expand(expected.Shape).Numbers());
        for (var i = 0; i < difference.Length; i++)
            Assert.True(difference[i] <= most[i] + 1e-5, $"element {i} is {difference[i]:R} away, at most {most[i]:R} are lost");
    }
}
