using System.Numerics;

namespace Anyformer.Inspection.Profiling;

/// <summary>What work took.</summary>
/// <param name="Nanoseconds">Time.</param>
/// <param name="Allocated">Bytes of tensors allocated.</param>
/// <param name="Allocations">How many.</param>
/// <param name="Touched">Bytes of tensors read and written.</param>
/// <param name="Operations">Floating-point operations of products.</param>
internal readonly record struct FrameCost(long Nanoseconds, long Allocated, long Allocations, long Touched, long Operations)
    : IAdditionOperators<FrameCost, FrameCost, FrameCost>
{
    public static FrameCost operator +(FrameCost left, FrameCost right) => new(
        left.Nanoseconds + right.Nanoseconds, left.Allocated + right.Allocated, left.Allocations + right.Allocations,
        left.Touched + right.Touched, left.Operations + right.Operations);

    /// <summary>
    /// What is left without what was called. An operator that hands its tensors on touches nothing itself, and is told by what it calls touching as
    /// much; operations belong to the one operator that does them.
    /// </summary>
    internal FrameCost Without(FrameCost called) => new(
        Nanoseconds - called.Nanoseconds, Allocated - called.Allocated, Allocations - called.Allocations, called.Touched < Touched ? Touched : 0, Operations);
}
