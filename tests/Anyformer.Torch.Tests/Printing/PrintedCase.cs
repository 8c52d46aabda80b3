using System.Runtime.InteropServices;

namespace Anyformer.Torch.Tests.Printing;

/// <summary>A tensor and what PyTorch prints for it.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="DType">The name that PyTorch gives its type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Bytes">Its elements in memory; null where <paramref name="Step"/> says what they are.</param>
/// <param name="Step">The elements are 0, 1, 2 ... times this.</param>
/// <param name="Steps">What is done to it before it is printed.</param>
/// <param name="Text">What PyTorch prints.</param>
public sealed record PrintedCase(string Name, string DType, long[] Shape, byte[]? Bytes, double Step, string[] Steps, string Text)
{
    public Tensor Build() => Steps.Aggregate(Bytes is null ? Multiples() : FromBytes(Bytes), Apply);

    private DType Type => Enum.Parse<DType>(DType, ignoreCase: true);

    private Tensor Multiples()
    {
        var count = Shape.Aggregate(1L, (product, size) => product * size);
        return (Functional.Arange(count, dtype: Torch.DType.Float64) * Step).To(Type).Reshape(Shape);
    }

    private Tensor FromBytes(byte[] bytes)
    {
        var pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        using var borrowed = Tensor.FromMemory(pinned.AddrOfPinnedObject(), Type, Shape, new Unpinning(pinned));
        return borrowed.Clone();
    }

    private static Tensor Apply(Tensor tensor, string step)
    {
        switch (step)
        {
            case "requires_grad":
                tensor.RequiresGrad = true;
                return tensor;
            case "double": return tensor + tensor;
            case "sum": return tensor.Sum();
            case "select": return tensor[0];
            case "write": return tensor.Clone()[0].ZeroInPlace();
            case "transpose": return tensor.Transpose(0, -1);
            case "conj": return tensor.Conj();
            case "imag": return tensor.Imag();
            case "sparse": return (Tensor)Dispatcher.Call("aten::to_sparse", tensor)[0]!;
            default: throw new ArgumentException($"Unknown step '{step}'.");
        }
    }

    private sealed class Unpinning(GCHandle pinned) : IDisposable
    {
        public void Dispose() => pinned.Free();
    }
}
