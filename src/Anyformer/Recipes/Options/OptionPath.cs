namespace Anyformer.Recipes.Options;

/// <summary>Dotted keys, and how they stand in sentences.</summary>
internal static class OptionPath
{
    public static string Join(string section, string key) => section == "" ? key : $"{section}.{key}";

    public static string In(string section) => section == "" ? "" : $" in '{section}'";

    public static string Value(string path) => path == "" ? "The value" : $"'{path}'";
}
