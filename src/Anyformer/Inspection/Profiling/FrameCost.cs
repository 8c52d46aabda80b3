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

    /// <summary>What is left without a part; an operator may touch less than those that it calls, as they hand tensors on to one another.</summary>
    internal FrameCost Without(FrameCost part) => new(
        Nanoseconds - part.Nanoseconds, Allocated - part.Allocated, Allocations - part.Allocations,
        Math.Max(0, Touched - part.Touched), Math.Max(0, Operations - part.Operations));
}
