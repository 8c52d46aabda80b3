namespace Anyformer.Catalog.Usage;

/// <summary>The named size to try a model with.</summary>
internal static class SmallPreset
{
    private static readonly string[] s_names = ["small-images", "small"];

    /// <summary>The quick one of some presets; null when none is.</summary>
    public static string? Of(IEnumerable<string> presets) => s_names.FirstOrDefault(presets.ToHashSet().Contains);
}
