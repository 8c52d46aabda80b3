using System.Collections.Immutable;
using Anyformer.Data.Images.Sets;

namespace Anyformer.Tasks.Images;

/// <summary>What a checkpoint of a classifier of images says beside its weights.</summary>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Channels">Channels of the images.</param>
internal sealed record ImageMetadata(ImmutableArray<string> Classes, int Channels)
{
    private const string ChannelsKey = "channels";

    internal static ImageMetadata Of(ImageData data) => new(data.Classes, data.Channels);

    internal IReadOnlyDictionary<string, string> ToTexts() =>
        new Dictionary<string, string>([ClassNames.ToText(Classes), new(ChannelsKey, $"{Channels}")]);

    /// <exception cref="UserException">The checkpoint says nothing of this kind.</exception>
    internal static ImageMetadata FromTexts(IReadOnlyDictionary<string, string> texts, string path) =>
        ClassNames.FromTexts(texts) is { IsEmpty: false } classes && int.TryParse(texts.GetValueOrDefault(ChannelsKey), out var channels) && channels is 1 or 3
            ? new ImageMetadata(classes, channels)
            : throw new UserException($"The checkpoint '{path}' does not say which classes it knows; expected that of a classifier of images.");
}
