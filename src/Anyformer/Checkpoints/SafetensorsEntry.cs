using System.Collections.Immutable;
using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>A named tensor of a safetensors file: dense, row-major.</summary>
public sealed class SafetensorsEntry : StoredTensor
{
    internal SafetensorsEntry(string name, DType dtype, ImmutableArray<long> shape, long offset, long length)
        : base(dtype, shape, [.. TensorLayout.RowMajorStrides(shape.AsSpan())], offset, length) => Name = name;

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }
}
