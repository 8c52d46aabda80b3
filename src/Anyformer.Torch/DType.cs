namespace Anyformer.Torch;

/// <summary>Element types of a tensor. The values are libtorch's own <c>ScalarType</c> numbers.</summary>
public enum DType : sbyte
{
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 0,
    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 1,
    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 2,
    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 3,
    /// <summary>Signed 64-bit integer: indices and sizes.</summary>
    Int64 = 4,
    /// <summary>IEEE half precision.</summary>
    Float16 = 5,
    /// <summary>IEEE single precision: the default.</summary>
    Float32 = 6,
    /// <summary>IEEE double precision.</summary>
    Float64 = 7,
    /// <summary>Pairs of single-precision numbers.</summary>
    Complex64 = 9,
    /// <summary>Pairs of double-precision numbers.</summary>
    Complex128 = 10,
    /// <summary>One byte, 0 or 1.</summary>
    Bool = 11,
    /// <summary>The upper half of a single-precision number.</summary>
    BFloat16 = 15,
}

/// <summary>Facts about element types.</summary>
public static class DTypeExtensions
{
    /// <summary>Bytes that one element takes.</summary>
    public static int ElementSize(this DType dtype) => dtype switch
    {
        DType.UInt8 or DType.Int8 or DType.Bool => 1,
        DType.Int16 or DType.Float16 or DType.BFloat16 => 2,
        DType.Int32 or DType.Float32 => 4,
        DType.Int64 or DType.Float64 or DType.Complex64 => 8,
        DType.Complex128 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "unknown element type"),
    };

    /// <summary>True for the real floating-point types, half and bfloat16 among them.</summary>
    public static bool IsFloatingPoint(this DType dtype) =>
        dtype is DType.Float16 or DType.Float32 or DType.Float64 or DType.BFloat16;
}
