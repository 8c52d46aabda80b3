namespace Anyformer.Catalog;

/// <summary>The method of a role that a recipe means when its section names none: <c>attention: {function: performer, heads: talking}</c>.</summary>
/// <param name="id">The method's id.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DefaultMethodAttribute(string id) : Attribute
{
    /// <summary>The method's id.</summary>
    public string Id => id;
}
