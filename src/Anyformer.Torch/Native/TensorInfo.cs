using System.Runtime.InteropServices;

namespace Anyformer.Torch.Native;

/// <summary>What libtorch knows about a tensor without touching its elements; pointers live as long as the tensor keeps its shape.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TensorInfo
{
    internal long* Sizes;
    internal long* Strides;
    internal void* Data;
    internal long ElementCount;
    internal int Dimensions;
    internal int DType;
    internal int DeviceType;
    internal int DeviceIndex;
    internal int ElementSize;
    internal int Layout;
    internal TensorFlags Flags;

    internal static TensorInfo Of(nint tensor)
    {
        TensorInfo info;
        Status.Check(NativeMethods.TensorInfo(tensor, &info));
        return info;
    }
}

[Flags]
internal enum TensorFlags
{
    RequiresGrad = 1,
    IsLeaf = 2,
    IsContiguous = 4,
}
