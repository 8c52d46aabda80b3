using System.Numerics;

namespace Anyformer.Kernels.Vectors;

/// <summary>
/// What kernels do with the registers of one width, so that one source serves every width: a kernel is generic over it, and the compiler makes each its
/// own machine code.
/// </summary>
/// <typeparam name="T">Element: <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <typeparam name="TVector">Register.</typeparam>
internal unsafe interface ILanes<T, TVector> where T : unmanaged, IFloatingPointIeee754<T> where TVector : struct
{
    /// <summary>Elements of a register.</summary>
    static abstract int Count { get; }

    /// <summary>The elements from an address on.</summary>
    static abstract TVector Load(T* source);

    /// <summary>Writes the elements from an address on.</summary>
    static abstract void Store(TVector vector, T* target);

    /// <summary>An element in every lane.</summary>
    static abstract TVector Create(T element);

    /// <summary>Sums.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>Differences.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>Products.</summary>
    static abstract TVector Multiply(TVector left, TVector right);

    /// <summary>Quotients.</summary>
    static abstract TVector Divide(TVector left, TVector right);

    /// <summary><c>left right + addend</c>, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The larger of two.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>True when a lane of one is above that of the other.</summary>
    static abstract bool AnyGreater(TVector left, TVector right);

    /// <summary>The values whose keys are above a bound, and 0 in the other lanes.</summary>
    static abstract TVector WhereGreater(TVector keys, TVector bounds, TVector values);

    /// <summary>The nearest integers.</summary>
    static abstract TVector Round(TVector vector);

    /// <summary><c>value 2^power</c> for powers that are integers or minus infinity; below the normal numbers it may be 0.</summary>
    static abstract TVector Scale(TVector value, TVector power);

    /// <summary>The sum of all lanes.</summary>
    static abstract T Sum(TVector vector);
}
