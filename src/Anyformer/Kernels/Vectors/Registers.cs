using System.Runtime.Intrinsics;

namespace Anyformer.Kernels.Vectors;

/// <summary>The vector registers of this machine.</summary>
internal static class Registers
{
    /// <summary>Bits of the widest registers that the machine is fast at.</summary>
    internal static int Widest { get; } = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>All widths that a kernel has a path for; the runtime emulates those that the machine lacks.</summary>
    internal static int[] Widths { get; } = [512, 256, 128];
}
