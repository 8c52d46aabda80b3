using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>
/// A tensor to be written into a safetensors file; its bytes are asked for when their turn comes, so that not all of them have to be
/// in memory at once.
/// </summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="DType">Type of its elements; every type but <see cref="DType.Complex128"/>, which the format lacks.</param>
/// <param name="Shape">Size of every dimension; empty for a scalar.</param>
/// <param name="Write">Writes the elements, dense, row-major and little-endian.</param>
public sealed record SafetensorsSource(string Name, DType DType, ImmutableArray<long> Shape, Action<Stream> Write)
{
    /// <summary>A tensor whose bytes are in managed memory.</summary>
    public static SafetensorsSource FromBytes(string name, DType dtype, ImmutableArray<long> shape, ReadOnlyMemory<byte> bytes) =>
        new(name, dtype, shape, stream => stream.Write(bytes.Span));

    /// <summary>Bytes that the elements take.</summary>
    /// <exception cref="ArgumentException">The shape has a negative size or more elements than memory can have.</exception>
    internal long ByteCount =>
        TensorLayout.TryByteCount(Shape.AsSpan(), DType.ElementSize(), out var bytes)
            ? bytes
            : throw new ArgumentException($"tensor {Quoted.Name(Name)} has the impossible shape {Quoted.List(Shape.AsSpan())}");
}
