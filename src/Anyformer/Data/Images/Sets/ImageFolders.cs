using Anyformer.Data.Images.Files;

namespace Anyformer.Data.Images.Sets;

/// <summary>
/// The parts of a folder of class folders. <c>train/cat/1.jpg</c> and <c>test/cat/2.jpg</c> say them; <c>cat/1.jpg</c> alone does not. Where only
/// <c>val</c> stands beside <c>train</c>, as with ImageNet, it is what results are measured on.
/// </summary>
internal static class ImageFolders
{
    private static readonly string[] s_validation = ["val", "valid", "validation", "dev"];

    /// <summary>The parts; null when the folder has no images in class folders.</summary>
    /// <exception cref="UserException">A part has classes that the training part lacks.</exception>
    internal static ImageParts? PartsIn(string folder, ImageMode mode)
    {
        folder = WithoutWrapping(folder);
        var train = Path.Combine(folder, "train");
        if (!ImageFolder.ClassesIn(train).Any()) // A class may be of trains.
            return ImageFolder.ClassesIn(folder).Any() ? new ImageParts(new ImageFolder(folder, mode), null, null) : null;
        var learned = new ImageFolder(train, mode);
        var test = Part(folder, ["test"], learned, mode);
        var validation = Part(folder, s_validation, learned, mode);
        return test is null ? new ImageParts(learned, null, validation) : new ImageParts(learned, validation, test);
    }

    /// <summary>The folder that everything lies in: archives often hold a single one, and class folders are below it.</summary>
    private static string WithoutWrapping(string folder)
    {
        while (ImageFolder.ClassesIn(folder).Take(2).ToArray() is [var only] && ImageFolder.ClassesIn(Path.Combine(folder, only)).Any())
            folder = Path.Combine(folder, only);
        return folder;
    }

    private static ImageFolder? Part(string folder, string[] names, ImageFolder train, ImageMode mode)
    {
        var path = names.Select(name => Path.Combine(folder, name)).FirstOrDefault(path => ImageFolder.ClassesIn(path).Any());
        if (path is null)
            return null;
        return ImageFolder.ClassesIn(path).Except(train.Classes).FirstOrDefault() is { } stranger
            ? throw new UserException($"The folder '{path}' has the class '{stranger}', which '{train.Folder}' lacks.")
            : new ImageFolder(path, mode, train.Classes);
    }
}
