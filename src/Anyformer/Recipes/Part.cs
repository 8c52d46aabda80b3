using Anyformer.Catalog;
using Anyformer.Modules;

namespace Anyformer.Recipes;

/// <summary>
/// An option that names a method of the catalog to be built into a host, with the method's own options: <c>attention: softmax</c>, or
/// <c>attention: {kind: prob-sparse, factor: 3}</c>.
/// </summary>
/// <typeparam name="TRole">The vocabulary type that the method must play.</typeparam>
/// <param name="Kind">The method's id in the catalog.</param>
/// <param name="Options">Its options record; null for a method without options.</param>
public sealed record Part<TRole>(string Kind, object? Options) where TRole : Module
{
    /// <summary>The method with its default options.</summary>
    /// <exception cref="UserException">The catalog knows no such method of that role.</exception>
    public static Part<TRole> Of(string kind)
    {
        var (entry, options) = MethodCatalog.GetWithOptions<TRole>(kind);
        return new(entry.Id, options);
    }

    /// <summary>The method with the given options.</summary>
    /// <exception cref="UserException">The catalog knows no such method of that role.</exception>
    public static Part<TRole> Of(string kind, object options) => new(MethodCatalog.Get<TRole>(kind).Id, options);

    /// <summary>Builds the method for a host.</summary>
    /// <param name="shape">The sizes that the host gives: an <see cref="Attention.AttentionShape"/> for an attention function.</param>
    /// <exception cref="UserException">The options contradict each other or the sizes.</exception>
    public TRole Build(object shape) => MethodCatalog.Get<TRole>(Kind).Build<TRole>(shape, Options);
}
