using System.Runtime.Intrinsics;
using Anyformer.Kernels.Vectors;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Kernels.Vectors;

public sealed unsafe class ElementwiseTests
{
    [Fact]
    public void ActivationsAreThoseOfLibtorchWithRegistersOfEveryWidth()
    {
        AssertAll<Vector512<float>, Lanes512<float>>();
        AssertAll<Vector256<float>, Lanes256<float>>();
        AssertAll<Vector128<float>, Lanes128<float>>();
    }

    [Fact]
    public void SlopesAreThoseOfLibtorchWithRegistersOfEveryWidth()
    {
        AssertSlopes<Vector512<float>, Lanes512<float>>();
        AssertSlopes<Vector256<float>, Lanes256<float>>();
        AssertSlopes<Vector128<float>, Lanes128<float>>();
    }

    private static void AssertSlopes<TVector, TLanes>() where TVector : struct where TLanes : struct, ILanes<float, TVector>
    {
        AssertSlope<TVector, TLanes, Gelu<TVector, TLanes>>("gelu", 3e-7);
        AssertSlope<TVector, TLanes, GeluTanh<TVector, TLanes>>("gelu-tanh", 1e-6);
    }

    private static void AssertSlope<TVector, TLanes, TFunction>(string name, double tolerance)
        where TVector : struct where TLanes : struct, ILanes<float, TVector> where TFunction : struct, IDifferentiable<TVector>
    {
        using var scope = new TensorScope();
        var x = Functional.Linspace(-12, 12, 4800, DType.Float32);
        var exact = x.To(DType.Float64);
        exact.RequiresGrad = true;
        var expected = Activations.Named(name)(exact);
        expected.Sum().Backward();
        var (values, slopes) = (x.EmptyLike(), x.EmptyLike());
        float* source = (float*)x.DataPointer, value = (float*)values.DataPointer, slope = (float*)slopes.DataPointer;
        for (var i = 0; i < x.ElementCount; i += TLanes.Count)
        {
            TLanes.Store(TFunction.Of(TLanes.Load(source + i), out var steepness), value + i);
            TLanes.Store(steepness, slope + i);
        }

        Tensors.AssertClose(expected.Numbers(), values, tolerance);
        Tensors.AssertClose(exact.Grad!.Numbers(), slopes, tolerance);
    }

    [Fact]
    public void GeluAndItsSlopeAreConstantFarOutAndPassOnWhatIsNoNumber()
    {
        AssertFarOut<Gelu<Vector512<float>, Lanes512<float>>>();
        AssertFarOut<GeluTanh<Vector512<float>, Lanes512<float>>>();
    }

    private static void AssertFarOut<TFunction>() where TFunction : struct, IDifferentiable<Vector512<float>>
    {
        Xunit.Assert.Equal((0f, 0f), Of(-1e8f));
        Xunit.Assert.Equal((0f, 0f), Of(-1e12f));
        Xunit.Assert.Equal((1e8f, 1f), Of(1e8f));
        Xunit.Assert.Equal((float.NaN, float.NaN), Of(float.NaN));

        // What is left of the negative side is nothing beside 1.
        static (float Value, float Slope) Of(float x)
        {
            var value = TFunction.Of(Vector512.Create(x), out var slope);
            return (Rounded(value[15]), Rounded(slope[15]));
        }

        static float Rounded(float number) => Math.Abs(number) < 1e-20f ? 0 : number;
    }

    private static void AssertAll<TVector, TLanes>() where TVector : struct where TLanes : struct, ILanes<float, TVector>
    {
        Assert<TVector, TLanes, Identity<TVector>>("identity");
        Assert<TVector, TLanes, Relu<TVector, TLanes>>("relu");
        Assert<TVector, TLanes, Gelu<TVector, TLanes>>("gelu");
        Assert<TVector, TLanes, GeluTanh<TVector, TLanes>>("gelu-tanh");
        Assert<TVector, TLanes, GeluQuick<TVector, TLanes>>("gelu-quick");
        Assert<TVector, TLanes, Silu<TVector, TLanes>>("silu");
    }

    /// <summary>From far below zero to far above, and the largest numbers there are.</summary>
    private static void Assert<TVector, TLanes, TFunction>(string name)
        where TVector : struct where TLanes : struct, ILanes<float, TVector> where TFunction : struct, IElementwise<TVector>
    {
        using var scope = new TensorScope();
        float[] numbers = [.. Enumerable.Range(-6000, 12001).Select(i => i / 200f), 0f, 1e-30f, -1e-30f, 100, -100, 1e8f, -1e8f];
        numbers = [.. numbers, .. new float[16 - numbers.Length % 16]];
        var values = new float[numbers.Length];
        fixed (float* source = numbers, target = values)
            for (var i = 0; i < numbers.Length; i += TLanes.Count)
                TLanes.Store(TFunction.Of(TLanes.Load(source + i)), target + i);
        Tensors.AssertClose(Activations.Named(name)(Tensor.From<float>(numbers).To(DType.Float64)), Tensor.From<float>(values), 1e-6);
    }
}
