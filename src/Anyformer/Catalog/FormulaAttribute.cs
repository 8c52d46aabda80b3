namespace Anyformer.Catalog;

/// <summary>
/// What a method of the catalog computes, in plain text: <c>Y = softmax(Q Kᵀ / √d) V</c>. <c>[a, b]</c> puts side by side, <c>⊙</c> multiplies element by
/// element, <c>a·b</c> is the product of two vectors, <c>X_i</c> a row of X, and <c>for each head a</c> leaves the joined heads.
/// </summary>
/// <param name="lines">The equations, one or few.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FormulaAttribute(params string[] lines) : Attribute
{
    /// <summary>The equations.</summary>
    public IReadOnlyList<string> Lines => lines;

    /// <summary>
    /// Symbols of the method's own, each with what it is and its shape: <c>W: (hidden, width); a, b: learned, (width)</c>. What it leaves out are the
    /// symbols of <see cref="Notation"/>, which mean the same everywhere.
    /// </summary>
    public string Where { get; init; } = "";
}
