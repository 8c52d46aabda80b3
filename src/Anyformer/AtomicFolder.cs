namespace Anyformer;

/// <summary>Folders that appear whole or not at all: filled beside their place, then renamed.</summary>
public static class AtomicFolder
{
    /// <summary>Makes the folder <paramref name="path"/> with what <paramref name="fill"/> puts in it; there is none when it throws.</summary>
    /// <param name="path">The folder; it must not be there, or be empty.</param>
    /// <param name="fill">Puts files into the folder that it is given.</param>
    /// <exception cref="UserException">There is a file of that name, or a folder with something in it, or the place may not be written to.</exception>
    public static void Write(string path, Action<string> fill)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(path))
            throw new UserException($"'{path}' is a file, expected a folder that is not there yet.");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new UserException($"The folder '{path}' is not empty; expected one that is not there yet.");
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            if (Directory.Exists(path))
                Directory.Delete(path);
            Directory.Move(temporary, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Discard(temporary);
            throw new UserException($"The folder '{path}' cannot be written: {error.Message}", error);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    private static void Discard(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
