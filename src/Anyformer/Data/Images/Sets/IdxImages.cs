using System.Globalization;
using Anyformer.Data.Images.Files;

namespace Anyformer.Data.Images.Sets;

/// <summary>Image sets in the files of MNIST: <c>train-images-idx3-ubyte</c> and so on, plain or compressed with gzip.</summary>
internal static class IdxImages
{
    private static readonly string[] s_train = ["train"], s_test = ["t10k", "test"];

    /// <summary>The parts of a folder; null when it has no such files.</summary>
    internal static ImageParts? PartsIn(string folder, ImageMode? mode)
    {
        if (FindImages(folder, s_train) is not { } train)
            return null;
        var (images, labels) = (IdxFile.Read(train), Labels(folder, s_train, train));
        var testPath = FindImages(folder, s_test);
        var test = testPath is null ? null : IdxFile.Read(testPath);
        var testLabels = testPath is null ? [] : Labels(folder, s_test, testPath);
        var classes = labels.Concat(testLabels).DefaultIfEmpty(0).Max() + 1;
        return new ImageParts(Set(train, images, labels, classes, mode), null, test is null ? null : Set(testPath!, test, testLabels, classes, mode));
    }

    private static ImagesInMemory Set(string path, IdxFile file, int[] labels, int classes, ImageMode? mode)
    {
        if (file.Items.Length != labels.Length || labels.Length == 0)
            throw new UserException($"{path}: there are {file.Items.Length} images and {labels.Length} labels, expected one for each.");
        var shape = file.Shape is [var height, var width] ? (1, height, width)
            : throw new UserException($"{path}: an item has {file.Shape.Length} dimensions, expected the two of a grey image.");
        return new ImagesInMemory(path, file.Items, labels, shape, Names(classes), mode);
    }

    private static int[] Labels(string folder, string[] parts, string images)
    {
        var path = Find(folder, [.. parts.Select(part => $"{part}-labels-idx1-ubyte")])
            ?? throw new UserException($"The folder '{folder}' has the images {Path.GetFileName(images)} without their labels.");
        var file = IdxFile.Read(path);
        return file.Shape.Length == 0 ? [.. file.Items.Select(item => (int)item[0])]
            : throw new UserException($"{path}: an item has {file.Shape.Length} dimensions, expected labels.");
    }

    private static IEnumerable<string> Names(int classes) =>
        Enumerable.Range(0, classes).Select(label => label.ToString(CultureInfo.InvariantCulture));

    private static string? FindImages(string folder, string[] parts) => Find(folder, [.. parts.Select(part => $"{part}-images-idx3-ubyte")]);

    private static string? Find(string folder, string[] names) =>
        names.SelectMany(name => (string[])[name, $"{name}.gz"]).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
