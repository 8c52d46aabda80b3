namespace Anyformer.Catalog;

/// <summary>
/// Enters a class into the catalog. The roles a method can play are the vocabulary types it derives from, when it has the constructor of a role, which
/// takes sizes and after them the options. A class without it, an architecture or a whole model, is a leaf of the taxonomy that code constructs.
/// </summary>
/// <param name="id">The name in recipes, on the command line and in parity cases: <c>itransformer</c>.</param>
/// <param name="name">The name as its authors write it.</param>
/// <param name="family">Its place in the taxonomy, one of <see cref="Family"/>.</param>
/// <param name="year">The year of publication.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MethodAttribute(string id, string name, string family, int year) : Attribute
{
    /// <summary>The name in recipes, on the command line and in parity cases.</summary>
    public string Id => id;

    /// <summary>The name as its authors write it.</summary>
    public string Name => name;

    /// <summary>Its place in the taxonomy.</summary>
    public string Family => family;

    /// <summary>The year of publication.</summary>
    public int Year => year;

    /// <summary>Authors, title and where it appeared.</summary>
    public required string Paper { get; init; }

    /// <summary>The system of parity cases that verify it, where that has another name than the method.</summary>
    public string? System { get; init; }

    /// <summary>Other names that users know it by: <c>rotary</c> for <c>rope</c>. They hold among the methods that play its roles.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>How the cost grows with the tokens or steps.</summary>
    public required string Complexity { get; init; }
}
