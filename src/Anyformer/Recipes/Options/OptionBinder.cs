using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>
/// Binds recipe sections to options records and writes them back. The keys are the record's properties in kebab-case: those of its
/// primary constructor and those with <c>init</c> or <c>set</c>. A key that is left out keeps the record's default; one without
/// a default (a parameter without one, a <c>required</c> property) must be given. Values may be <c>int</c>, <c>long</c>,
/// <c>double</c>, <c>bool</c>, <c>string</c>, enums, <see cref="TimeSpan"/>, nested records, lists of these (arrays, or what a
/// <see cref="ValueList{T}"/> fits) and nullable versions of all; an abstract record that names its kinds by
/// <see cref="System.Text.Json.Serialization.JsonDerivedTypeAttribute"/> is bound by its key <c>kind</c>; a <see cref="RecipeNode"/>
/// stays as it is. Rules are those of <see cref="System.ComponentModel.DataAnnotations"/>.
/// </summary>
public static class OptionBinder
{
    /// <summary>The options that a section gives.</summary>
    /// <typeparam name="T">The options record.</typeparam>
    /// <param name="node">The section.</param>
    /// <param name="section">The section's dotted key, for messages; empty for a whole document.</param>
    /// <exception cref="UserException">A key is unknown or missing, or a value is wrong.</exception>
    public static T Bind<T>(RecipeNode node, string section = "") where T : notnull => (T)Bind(node, typeof(T), section);

    /// <summary>The options that a section gives, for a type that is known only at run time.</summary>
    /// <param name="node">The section.</param>
    /// <param name="type">The options record.</param>
    /// <param name="section">The section's dotted key, for messages; empty for a whole document.</param>
    /// <exception cref="UserException">A key is unknown or missing, or a value is wrong.</exception>
    public static object Bind(RecipeNode node, Type type, string section = "") => OptionKind.Of(type).Read(node, section, null)!;

    /// <summary>Binds what a section says over options that it starts from, such as a preset.</summary>
    /// <exception cref="UserException">As <see cref="Bind{T}"/>.</exception>
    public static object BindOver(object start, RecipeNode node, string section = "") => OptionKind.Of(start.GetType()).Read(node, section, start)!;

    /// <summary>The section that binds to an equal record: every key, with defaults written out.</summary>
    /// <param name="options">An options record.</param>
    public static RecipeMapping Write(object options) => Write(options, options.GetType());

    /// <summary>The section that binds to an equal record when <typeparamref name="T"/> is asked for, a base of several kinds.</summary>
    /// <typeparam name="T">The type that will be bound.</typeparam>
    /// <param name="options">An options record.</param>
    public static RecipeMapping Write<T>(T options) where T : notnull => Write(options, typeof(T));

    private static RecipeMapping Write(object options, Type type) => OptionKind.Of(type).Write(options) as RecipeMapping
        ?? throw new ArgumentException($"{type} is not a section of keys.", nameof(options));
}
