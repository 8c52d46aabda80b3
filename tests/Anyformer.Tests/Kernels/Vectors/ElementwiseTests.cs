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
