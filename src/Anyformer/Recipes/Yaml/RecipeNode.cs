using System.Diagnostics.CodeAnalysis;

namespace Anyformer.Recipes.Yaml;

/// <summary>A piece of a recipe, not yet bound to options. Nodes are equal when they say the same, wherever they were written.</summary>
/// <param name="Origin">Where it was written.</param>
public abstract record RecipeNode(NodeOrigin Origin)
{
    /// <summary>Equal kinds of node; what they say is compared by the derived record.</summary>
    public virtual bool Equals(RecipeNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>What the node is, in a few words of a sentence.</summary>
    internal abstract string Summary { get; }
}

/// <summary>One value: nothing, a truth value, a number or text.</summary>
public sealed record RecipeScalar : RecipeNode
{
    private RecipeScalar(string text, bool isText, NodeOrigin origin) : base(origin) => (Text, IsText) = (text, isText);

    /// <summary>The value as written, without quotes.</summary>
    public string Text { get; }

    /// <summary>True for text; false for an unquoted nothing, truth value or number.</summary>
    public bool IsText { get; }

    /// <summary>True for nothing: an empty value, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => !IsText && ScalarSyntax.IsNull(Text);

    internal override string Summary => IsNull ? "empty" : $"'{(Text.Length <= 80 ? Text : Text[..80] + "...")}'";

    /// <summary>An unquoted word, which may be nothing, a truth value, a number or text.</summary>
    public static RecipeScalar Plain(string text, NodeOrigin origin) =>
        new(ScalarSyntax.IsNull(text) ? "null" : text, ScalarSyntax.IsText(text), origin);

    /// <summary>Text, whatever it looks like.</summary>
    public static RecipeScalar Quoted(string text, NodeOrigin origin) => new(text, true, origin);
}

/// <summary>A list.</summary>
/// <param name="Items">Its elements.</param>
/// <param name="Origin">Where it was written.</param>
public sealed record RecipeSequence(ValueList<RecipeNode> Items, NodeOrigin Origin) : RecipeNode(Origin)
{
    internal override string Summary => $"a list of {Items.Count}";

    /// <summary>Equal elements in equal order.</summary>
    public bool Equals(RecipeSequence? other) => base.Equals(other) && Items.Equals(other.Items);

    /// <inheritdoc/>
    public override int GetHashCode() => Items.GetHashCode();
}

/// <summary>A section: keys, each once, with their values.</summary>
/// <param name="Entries">The keys and values in the order they were written.</param>
/// <param name="Origin">Where it was written.</param>
public sealed record RecipeMapping(ValueList<RecipeEntry> Entries, NodeOrigin Origin) : RecipeNode(Origin)
{
    /// <summary>A section without keys.</summary>
    public static RecipeMapping Empty { get; } = new([], NodeOrigin.Defaults);

    internal override string Summary => "a section";

    /// <summary>The entry of <paramref name="key"/>, or null.</summary>
    public RecipeEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);

    /// <summary>The value of <paramref name="key"/>; false where the section has no such key.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out RecipeNode? value) => (value = Find(key)?.Value) is not null;

    /// <summary>The same section with the entry put in place of the one with its key, or added at the end.</summary>
    public RecipeMapping With(RecipeEntry entry)
    {
        var replaced = Entries.Select(old => old.Key == entry.Key ? entry : old);
        return this with { Entries = new(Find(entry.Key) is null ? replaced.Append(entry) : replaced) };
    }

    /// <summary>The same section without <paramref name="key"/>.</summary>
    public RecipeMapping Without(string key) => this with { Entries = new(Entries.Where(entry => entry.Key != key)) };

    /// <summary>Equal keys with equal values in equal order.</summary>
    public bool Equals(RecipeMapping? other) => base.Equals(other) && Entries.Equals(other.Entries);

    /// <inheritdoc/>
    public override int GetHashCode() => Entries.GetHashCode();
}

/// <summary>A key and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Origin">Where the key was written.</param>
public sealed record RecipeEntry(string Key, RecipeNode Value, NodeOrigin Origin)
{
    /// <summary>Equal keys and values.</summary>
    public bool Equals(RecipeEntry? other) => other is not null && Key == other.Key && Value.Equals(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Value);
}
