using System.Globalization;
using Anyformer.Data.Images.Files;

namespace Anyformer.Data.Images.Sets;

/// <summary>Image sets in the files of MNIST.</summary>
internal static class IdxImages
{
    /// <summary>The parts of a folder; null when it has no such files.</summary>
    internal static ImageParts? PartsIn(string folder, ImageMode? mode)
    {
        if (LabelledIdx.Train(folder) is not { } train)
            return null;
        var test = LabelledIdx.Test(folder);
        var classes = train.Labels.Concat(test?.Labels ?? []).Max() + 1;
        return new ImageParts(Set(train, classes, mode), null, test is null ? null : Set(test, classes, mode));
    }

    private static ImagesInMemory Set(LabelledIdx part, int classes, ImageMode? mode) =>
        new(part.Path, part.Images, part.Labels, (1, part.Height, part.Width), Names(classes), mode);

    private static IEnumerable<string> Names(int classes) =>
        Enumerable.Range(0, classes).Select(label => label.ToString(CultureInfo.InvariantCulture));
}
