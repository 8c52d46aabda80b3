using System.Runtime.InteropServices;
using Anyformer.Checkpoints;
using Anyformer.Testing;

namespace Anyformer.Tests.Checkpoints;

/// <summary>Files that PyTorch wrote (see Fixtures/make_torch_fixtures.py), and the elements of tensors in them.</summary>
internal static class Fixture
{
    public static string PathOf(string name) =>
        Path.Combine(SharedFolder.ProjectRoot, "tests", "Anyformer.Tests", "Checkpoints", "Fixtures", name);

    /// <summary>A tensor's elements in row-major order, through its strides.</summary>
    public static T[] Elements<T>(CheckpointFile file, StoredTensor tensor)
        where T : unmanaged
    {
        var storage = MemoryMarshal.Cast<byte, T>(file.Data(tensor));
        var elements = new T[tensor.ElementCount];
        for (var index = 0; index < elements.Length; index++)
            elements[index] = storage[(int)Place(tensor, index)];
        return elements;
    }

    private static long Place(StoredTensor tensor, long index)
    {
        var place = 0L;
        for (var axis = tensor.Shape.Length - 1; axis >= 0; axis--)
        {
            place += index % tensor.Shape[axis] * tensor.Strides[axis];
            index /= tensor.Shape[axis];
        }
        return place;
    }
}
