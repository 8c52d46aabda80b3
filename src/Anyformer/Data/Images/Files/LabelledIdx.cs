namespace Anyformer.Data.Images.Files;

/// <summary>
/// Grey images and their labels in a pair of IDX files, as those of MNIST: <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c> and so on, plain
/// or compressed with gzip.
/// </summary>
/// <param name="Path">The file of the images.</param>
/// <param name="Images">The images, row by row.</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
/// <param name="Labels">A label for each image.</param>
internal sealed record LabelledIdx(string Path, byte[][] Images, int Height, int Width, int[] Labels)
{
    private static readonly string[] s_train = ["train"], s_test = ["t10k", "test"];

    /// <summary>The training part of a folder; null when it has no such files.</summary>
    /// <exception cref="UserException">The files are damaged, or do not fit together.</exception>
    internal static LabelledIdx? Train(string folder) => In(folder, s_train);

    /// <summary>The test part of a folder; null when it has no such files.</summary>
    /// <exception cref="UserException">The files are damaged, or do not fit together.</exception>
    internal static LabelledIdx? Test(string folder) => In(folder, s_test);

    /// <summary>Whether a folder has images of both parts.</summary>
    internal static bool HasBoth(string folder) => FindImages(folder, s_train) is not null && FindImages(folder, s_test) is not null;

    private static LabelledIdx? In(string folder, string[] parts)
    {
        if (FindImages(folder, parts) is not { } path)
            return null;
        var (images, labels) = (IdxFile.Read(path), ReadLabels(folder, parts, path));
        if (images.Items.Length != labels.Length || labels.Length == 0)
            throw new UserException($"{path}: there are {images.Items.Length} images and {labels.Length} labels, expected one for each.");
        return images.Shape is [var height, var width]
            ? new LabelledIdx(path, images.Items, height, width, labels)
            : throw new UserException($"{path}: an item has {images.Shape.Length} dimensions, expected the two of a grey image.");
    }

    private static int[] ReadLabels(string folder, string[] parts, string images)
    {
        var path = Find(folder, parts, "labels-idx1-ubyte")
            ?? throw new UserException($"The folder '{folder}' has the images {System.IO.Path.GetFileName(images)} without their labels.");
        var file = IdxFile.Read(path);
        return file.Shape.Length == 0 ? [.. file.Items.Select(item => (int)item[0])]
            : throw new UserException($"{path}: an item has {file.Shape.Length} dimensions, expected labels.");
    }

    private static string? FindImages(string folder, string[] parts) => Find(folder, parts, "images-idx3-ubyte");

    private static string? Find(string folder, string[] parts, string rest) => parts.SelectMany(part => (string[])[$"{part}-{rest}", $"{part}-{rest}.gz"])
        .Select(name => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
