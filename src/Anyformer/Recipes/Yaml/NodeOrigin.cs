namespace Anyformer.Recipes.Yaml;

/// <summary>Where a piece of a recipe was written, to be told when it is wrong.</summary>
/// <param name="Source">The file as the user named it, or another source in words.</param>
/// <param name="Line">The line, counted from 1; 0 for a source that has no lines.</param>
public readonly record struct NodeOrigin(string Source, int Line = 0)
{
    /// <summary>The origin of what no user wrote: defaults that the program filled in.</summary>
    public static NodeOrigin Defaults { get; } = new("the defaults");

    /// <summary>The place as it stands in a sentence: "at line 3 of recipe.yaml" or "in the defaults".</summary>
    public override string ToString() => Line > 0 ? $"at line {Line} of {Source}" : $"in {Source}";
}
