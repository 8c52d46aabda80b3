using Anyformer.Recipes.Options;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes;

/// <summary>
/// A recipe as written: YAML, read but not yet bound to options. Sections and keys are checked by <see cref="Bind{T}"/>,
/// after the overrides, and errors name the line or the override at fault.
/// </summary>
/// <param name="Root">The whole document.</param>
/// <param name="Source">The file, or what else the document came from.</param>
public sealed record RecipeDocument(RecipeMapping Root, string Source)
{
    /// <summary>Reads a file of at most 1 MB.</summary>
    /// <exception cref="UserException">The file cannot be read, is not plain YAML, or is not a section of keys.</exception>
    public static RecipeDocument Load(string path) => Parse(YamlReader.ReadText(path), path);

    /// <summary>Reads a text of at most 1 MB.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="UserException">The text is not plain YAML, or is not a section of keys.</exception>
    public static RecipeDocument Parse(string yaml, string source) => YamlReader.Read(yaml, source) switch
    {
        RecipeMapping root => new RecipeDocument(root, source),
        RecipeScalar { IsNull: true } => new RecipeDocument(new RecipeMapping([], new NodeOrigin(source)), source),
        var other => throw new UserException($"The document {other.Origin} is {other.Summary}; expected a section of keys."),
    };

    /// <summary>The same document with one value replaced.</summary>
    /// <param name="assignment">
    /// <c>section.key=value</c>, where the value is YAML (<c>1e-4</c>, <c>[1, 2]</c>, <c>{kind: cosine}</c>; nothing means <c>null</c>).
    /// Sections that are missing are added.
    /// </param>
    /// <exception cref="UserException">The assignment has no key or no '=', its value is not YAML, or its section is none.</exception>
    public RecipeDocument Set(string assignment)
    {
        var equals = assignment.IndexOf('=');
        if (equals < 0)
            throw new UserException($"The override '{assignment}' has no '='; expected section.key=value.");
        var path = assignment[..equals].Trim().Split('.');
        if (path.Any(string.IsNullOrWhiteSpace))
            throw new UserException($"The override '{assignment}' has an empty key; expected section.key=value.");
        var source = $"the override '{assignment}'";
        var value = YamlReader.Read(assignment[(equals + 1)..], source, hasLines: false, depth: path.Length + 1);
        return this with { Root = Set(Root, path, 0, value, new NodeOrigin(source)) };
    }

    /// <summary>The same document with the value of a dotted key replaced. Sections that are missing are added.</summary>
    /// <exception cref="UserException">The key has an empty part, or its section is none.</exception>
    public RecipeDocument Set(RecipeEntry entry)
    {
        var path = entry.Key.Split('.');
        return path.Any(string.IsNullOrWhiteSpace)
            ? throw new UserException($"The key '{entry.Key}' {entry.Origin} has an empty part; expected section.key.")
            : this with { Root = Set(Root, path, 0, entry.Value, entry.Origin) };
    }

    /// <summary>The options that the whole document gives.</summary>
    /// <typeparam name="T">An options record.</typeparam>
    /// <exception cref="UserException">A key is unknown or missing, or a value is wrong.</exception>
    public T Bind<T>() where T : notnull => OptionBinder.Bind<T>(Root);

    /// <summary>The document as YAML: the same text for equal documents.</summary>
    public string ToYaml() => YamlWriter.Write(Root);

    /// <summary>Writes the document beside <paramref name="path"/> and renames it into place.</summary>
    /// <exception cref="UserException">The file cannot be written there.</exception>
    public void Save(string path) => AtomicFile.WriteText(path, ToYaml());

    private static RecipeMapping Set(RecipeMapping section, string[] path, int level, RecipeNode value, NodeOrigin origin)
    {
        var key = path[level].Trim();
        if (level < path.Length - 1)
            value = Set(SectionOf(section, path, level, origin), path, level + 1, value, origin);
        return section.With(new RecipeEntry(key, value, origin));
    }

    private static RecipeMapping SectionOf(RecipeMapping parent, string[] path, int level, NodeOrigin origin)
    {
        if (!parent.TryGet(path[level].Trim(), out var child) || child is RecipeScalar { IsNull: true })
            return new RecipeMapping([], origin);
        var name = string.Join('.', path[..(level + 1)]);
        return child as RecipeMapping
            ?? throw new UserException($"'{name}' {child.Origin} is {child.Summary}; {origin.Source} expects a section there.");
    }
}
