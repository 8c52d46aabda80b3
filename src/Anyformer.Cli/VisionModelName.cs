using Anyformer.Catalog;
using Anyformer.Models.Vision;

namespace Anyformer.Cli;

/// <summary>A classifier of images as a command line names it: <c>vit</c>, or with a preset <c>vit-small</c>.</summary>
/// <param name="Text">What was written.</param>
/// <param name="Entry">The method.</param>
/// <param name="Options">Its options.</param>
internal sealed record VisionModelName(string Text, CatalogEntry Entry, object? Options)
{
    /// <summary>Reads a name.</summary>
    /// <exception cref="UserException">The catalog knows no such model, or the model no such preset.</exception>
    public static VisionModelName Parse(string text)
    {
        var entries = MethodCatalog.OfRole<ImageClassifier>().Where(entry => text.StartsWith($"{entry.Id}-", StringComparison.Ordinal));
        if (entries.MaxBy(entry => entry.Id.Length) is not { } entry)
        {
            var plain = MethodCatalog.Get<ImageClassifier>(text);
            return new VisionModelName(text, plain, plain.DefaultOptions);
        }

        var preset = text[(entry.Id.Length + 1)..];
        return entry.Presets.TryGetValue(preset, out var options) ? new VisionModelName(text, entry, options)
            : throw new UserException($"The model {entry.Id} has no preset '{preset}'; it has {string.Join(", ", entry.Presets.Keys)}.");
    }

    /// <summary>The model with fresh weights.</summary>
    /// <exception cref="UserException">It cannot be built for such images.</exception>
    public ImageClassifier Build(ImageShape shape) => Entry.Build<ImageClassifier>(shape, Options);
}
