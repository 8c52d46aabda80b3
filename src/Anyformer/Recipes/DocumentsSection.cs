using System.ComponentModel;
using Anyformer.Data.Sources;
using Anyformer.Data.Texts;

namespace Anyformer.Recipes;

/// <summary>What the documents of a text are.</summary>
public sealed record DocumentsSection
{
    /// <summary>What stands between two documents of a file; null where each file is one.</summary>
    [Description("what stands between two documents of a file, such as \"<|endoftext|>\" or an empty line, \"\\n\\n\"; each file of the folder is one when left out")]
    public string? Separator { get; init; }

    /// <summary>The documents, those that are empty left out.</summary>
    /// <param name="source">A text file, or a folder with some.</param>
    /// <param name="store">Where folders are looked for.</param>
    /// <exception cref="UserException">There are no texts.</exception>
    internal IReadOnlyList<string> Read(string source, DataStore store) =>
        [.. TextFile.FindAll(source, store).Select(TextFile.Read).SelectMany(text => Separator is { Length: > 0 } between ? text.Split(between) : [text])
            .Where(document => !string.IsNullOrWhiteSpace(document))];
}
