using Anyformer.Torch;

namespace Anyformer.Checkpoints.Pickle;

/// <summary>The elements that one or more tensors of a <c>torch.save</c> file share.</summary>
public sealed class PickledStorage
{
    internal PickledStorage(string key, DType dtype, string device, long elementCount, long offset) =>
        (Key, DType, Device, ElementCount, Offset) = (key, dtype, device, elementCount, offset);

    /// <summary>
    /// The storage's name in the archive: its bytes are the entry <c>data/Key</c>. Tensors with the same key share memory.
    /// </summary>
    public string Key { get; }

    /// <summary>Type of the elements.</summary>
    public DType DType { get; }

    /// <summary>The device that it was saved from, such as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device { get; }

    /// <summary>Number of elements; all of them are in the file.</summary>
    public long ElementCount { get; }

    /// <summary>Byte offset of the first element from the beginning of the file.</summary>
    public long Offset { get; }
}
