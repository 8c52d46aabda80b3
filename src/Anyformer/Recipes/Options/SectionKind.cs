using System.Collections;
using System.Reflection;
using Anyformer.Recipes.Yaml;

namespace Anyformer.Recipes.Options;

/// <summary>
/// A section of keys: an options record. One with named presets, a static dictionary <c>Presets</c>, may also be the name of one, or begin from one with the
/// key <c>preset</c>: <c>augmentation: light</c>, or <c>augmentation: {preset: light, horizontal-flip: 0}</c>.
/// </summary>
internal sealed class SectionKind(Type type) : OptionKind
{
    private const string PresetKey = "preset";


    // Not at once, so that a record may hold another of its own type.
    private readonly Lazy<OptionSchema> _schema = new(() => new OptionSchema(type));

    public Type Type => type;

    public OptionSchema Schema => _schema.Value;

    private readonly IDictionary? _presets = type.GetProperty("Presets", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as IDictionary;

    public override string Expected => _presets is null ? "a section of keys" : $"a section of keys, or one of {PresetNames}";

    private string PresetNames => string.Join(", ", _presets!.Keys.Cast<string>());

    public override object Read(RecipeNode node, string path, object? inherited)
    {
        if (node is RecipeScalar { IsNull: true })
            node = new RecipeMapping([], node.Origin);
        if (node is RecipeScalar { IsNull: false } named && _presets is not null)
            return Preset(named, path);
        if (node is not RecipeMapping mapping)
            throw Wrong(node, path);
        if (_presets is not null && mapping.TryGet(PresetKey, out var start) && Schema.Options.All(option => option.Key != PresetKey))
            (inherited, mapping) = (Preset(start, OptionPath.Join(path, PresetKey)), mapping.Without(PresetKey));
        RefuseUnknownKeys(mapping, path);
        var options = Create(mapping, path, inherited);
        OptionValidation.Check(options, Schema, mapping, path);
        return options;
    }

    public override RecipeMapping Write(object value)
    {
        var entries = Schema.Options.Select(option =>
            new RecipeEntry(option.Key, WriteAny(option.Kind, option.Property.GetValue(value)), NodeOrigin.Defaults));
        return new RecipeMapping(new(entries), NodeOrigin.Defaults);
    }

    private object Preset(RecipeNode node, string path) => node is RecipeScalar { Text: var name } && _presets!.Contains(name) ? _presets[name]!
        : throw new UserException($"{OptionPath.Value(path)} {node.Origin} is {node.Summary}; expected one of {PresetNames}.");

    private object Create(RecipeMapping mapping, string path, object? inherited)
    {
        var arguments = Schema.Parameters.Select(option => Argument(option, mapping, path, inherited)).ToArray();
        try
        {
            var created = Schema.Construct(arguments);
            foreach (var option in Schema.Options.Where(option => option.Parameter is null))
                Assign(created, option, mapping, path, inherited);
            return created;
        }
        catch (ArgumentException problem)
        {
            throw new UserException($"{OptionPath.Value(path)} {mapping.Origin} is wrong: {problem.Message.TrimEnd('.')}.", problem);
        }
    }

    private static object? Argument(Option option, RecipeMapping mapping, string path, object? inherited)
    {
        var before = inherited is null ? option.ParameterDefault : option.Property.GetValue(inherited);
        if (mapping.TryGet(option.Key, out var node))
            return option.Kind.Read(node, OptionPath.Join(path, option.Key), before);
        return option.IsRequired && inherited is null ? throw Missing(option, mapping, path) : before;
    }

    private static void Assign(object created, Option option, RecipeMapping mapping, string path, object? inherited)
    {
        var before = option.Property.GetValue(inherited ?? created);
        if (mapping.TryGet(option.Key, out var node))
            option.Set(created, option.Kind.Read(node, OptionPath.Join(path, option.Key), before));
        else if (inherited is not null)
            option.Set(created, before);
        else if (option.IsRequired)
            throw Missing(option, mapping, path);
    }

    private void RefuseUnknownKeys(RecipeMapping mapping, string path)
    {
        var known = Schema.Options.Select(option => option.Key).ToArray();
        if (mapping.Entries.FirstOrDefault(entry => !known.Contains(entry.Key)) is not { } unknown)
            return;
        var hint = NearestName.Find(unknown.Key, known) is { } nearest ? $"did you mean '{nearest}'?"
            : known.Length > 0 ? $"expected one of {string.Join(", ", known)}."
            : "no key is expected there.";
        throw new UserException($"There is an unknown key '{unknown.Key}' {unknown.Origin}{OptionPath.In(path)}; {hint}");
    }

    private static UserException Missing(Option option, RecipeMapping mapping, string path) =>
        new($"There is no key '{option.Key}'{OptionPath.In(path)} {mapping.Origin}; expected {option.Kind.Expected}.");
}
