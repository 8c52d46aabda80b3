using Anyformer.Torch;

namespace Anyformer.Checkpoints;

/// <summary>
/// The format's names of element types, in its own order: by size, and within a size as the reference implementation ranks them.
/// </summary>
internal static class SafetensorsDType
{
    private static readonly (string Name, DType DType)[] Ranked =
    [
        ("BOOL", DType.Bool), ("U8", DType.UInt8), ("I8", DType.Int8),
        ("I16", DType.Int16), ("F16", DType.Float16), ("BF16", DType.BFloat16),
        ("I32", DType.Int32), ("F32", DType.Float32),
        ("C64", DType.Complex64), ("F64", DType.Float64), ("I64", DType.Int64),
    ];

    /// <summary>The names that can be read and written, for error messages.</summary>
    public static string Supported { get; } = string.Join(", ", Ranked.Select(each => each.Name));

    /// <summary>Finds the element type that the format calls <paramref name="name"/>.</summary>
    public static bool TryParse(string name, out DType dtype)
    {
        var rank = Array.FindIndex(Ranked, each => each.Name == name);
        dtype = rank < 0 ? default : Ranked[rank].DType;
        return rank >= 0;
    }

    /// <summary>The format's name of an element type, or null when it has none.</summary>
    public static string? NameOf(DType dtype) => Array.Find(Ranked, each => each.DType == dtype).Name;

    /// <summary>The place in the format's order: tensors are written from the highest to the lowest, which aligns them all.</summary>
    public static int RankOf(DType dtype) => Array.FindIndex(Ranked, each => each.DType == dtype);
}
