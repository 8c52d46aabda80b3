namespace Anyformer.Torch.Native;

/// <summary>Element type and shape of a tensor in a word, as error messages name it: <c>float32[2, 3]</c>.</summary>
internal static unsafe class TensorDescription
{
    internal static string Of(nint tensor)
    {
        if (tensor == 0)
            return "none";
        var info = TensorInfo.Of(tensor);
        var sizes = new ReadOnlySpan<long>(info.Sizes, info.Dimensions).ToArray();
        return $"{((DType)info.DType).ToString().ToLowerInvariant()}[{string.Join(", ", sizes)}]";
    }
}
