using Anyformer.Kernels;
using Anyformer.Kernels.Products;
using Anyformer.Kernels.Vectors;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Kernels;

public sealed class VectorActivationTests
{
    private static readonly FusedActivation[] s_activations = [FusedActivation.Gelu, FusedActivation.GeluTanh];

    private static readonly Gen<(FusedActivation Activation, int Registers, int Rows, int Columns)> s_inputs =
        from activation in Gen.Elements(s_activations)
        from registers in Gen.Elements(Registers.Widths)
        from rows in Gen.Choose(0, 40)
        from columns in Gen.Choose(1, 40)
        select (activation, registers, rows, columns);

    [Fact]
    public void ValuesAndGradientsAreTheCompositionsInDoublePrecision() => Property.Holds(s_inputs, drawn =>
    {
        using var scope = new TensorScope();
        var input = 3 * Tensors.Normal(1, drawn.Rows, drawn.Columns);
        var gradient = Tensors.Normal(2, drawn.Rows, drawn.Columns);
        var (values, slopes) = Differentiated(input, gradient, x => new VectorActivation(drawn.Activation, drawn.Registers).Apply(x)[0]);
        var (expected, expectedSlopes) = Differentiated(
            input.To(DType.Float64), gradient.To(DType.Float64), x => VectorActivation.Compose(drawn.Activation, x));
        Tensors.AssertClose(expected, values, 2e-6);
        Tensors.AssertClose(expectedSlopes, slopes, 5e-6);
    }, runs: 100);

    [Fact]
    public void InputsAndGradientsMayLieAnyhow()
    {
        using var scope = new TensorScope();
        foreach (var activation in s_activations)
        {
            var (input, gradient) = (Tensors.Normal(1, 7, 5, 6).Transpose(0, 2), Tensors.Normal(2, 5).Expand([6, 7, 5]).Transpose(1, 2));
            var (values, slopes) = Differentiated(input, gradient, x => new VectorActivation(activation).Apply(x)[0]);
            var (expected, expectedSlopes) = Differentiated(input, gradient, x => VectorActivation.Compose(activation, x));
            Tensors.AssertClose(expected, values, 2e-6);
            Tensors.AssertClose(expectedSlopes, slopes, 5e-6);
        }
    }

    [Fact]
    public void TheThreadsShareWhatIsLarge()
    {
        using var scope = new TensorScope();
        var (input, gradient) = (Tensors.Normal(1, 100_003), Tensors.Normal(2, 100_003));
        var (values, slopes) = Differentiated(input, gradient, x => VectorActivation.Of(FusedActivation.Gelu, x));
        var (expected, expectedSlopes) = Differentiated(input, gradient, x => x.Gelu());
        Tensors.AssertClose(expected, values, 2e-6);
        Tensors.AssertClose(expectedSlopes, slopes, 5e-6);
    }

    [Fact]
    public void FewElementsAndOtherTypesStayWithLibtorch()
    {
        using var scope = new TensorScope();
        Assert.True(VectorActivation.Takes(Functional.Zeros([200, 200], DType.Float32)));
        Assert.False(VectorActivation.Takes(Functional.Zeros([200, 200], DType.Float64)));
        Assert.False(VectorActivation.Takes(Functional.Zeros([100, 100], DType.Float32)));
        var input = Tensors.Normal(1, 3, 4);
        Assert.Equal(input.Gelu("tanh").Numbers(), VectorActivation.Of(FusedActivation.GeluTanh, input).Numbers());
    }

    [Fact]
    public void DerivativesOfDerivativesAreTheCompositions()
    {
        using var scope = new TensorScope();
        foreach (var activation in s_activations)
        {
            Tensor Second(Func<Tensor, Tensor> function)
            {
                var x = Tensors.Normal(1, 50).Detach();
                x.RequiresGrad = true;
                var first = Autograd.Grad([function(x).Square().Sum()], [x], createGraph: true)[0]!;
                return Autograd.Grad([first.Square().Sum()], [x])[0]!;
            }

            Tensors.AssertClose(Second(x => VectorActivation.Compose(activation, x)), Second(x => new VectorActivation(activation).Apply(x)[0]), 2e-5);
        }
    }

    private static (Tensor Values, Tensor Gradient) Differentiated(Tensor input, Tensor gradient, Func<Tensor, Tensor> function)
    {
        var x = input.Detach();
        x.RequiresGrad = true;
        var values = function(x);
        return (values.Detach(), Autograd.Grad([values], [x], [gradient])[0]!);
    }
}
