namespace Anyformer.Data.Sources;

/// <summary>Whether a data set's file is there and is what it should be.</summary>
public enum DataState
{
    /// <summary>No folder has the file.</summary>
    Missing,
    /// <summary>The file is there and its SHA-256 is known.</summary>
    Valid,
    /// <summary>The file is there and is something else.</summary>
    Different,
}

/// <summary>What a check found.</summary>
/// <param name="Source">The data set.</param>
/// <param name="State">Whether the file is there and right.</param>
/// <param name="Path">The file, if there is one.</param>
/// <param name="Sha256">SHA-256 of its uncompressed content; null when missing or when its compression is damaged.</param>
public sealed record DataCheck(DataSource Source, DataState State, string? Path, string? Sha256);

/// <summary>
/// Finds the files of known data sets in folders, and downloads them. A file lies in a folder itself or in a sub-folder named after the
/// data set (or as in the published collections), plain or with <c>.gz</c> added.
/// </summary>
/// <param name="searchFolders">Folders to look in, first to last, before the download folder.</param>
/// <param name="downloadFolder">Folder that downloads go to, each in a sub-folder named after its data set; made when needed.</param>
public sealed class DataStore(IReadOnlyList<string> searchFolders, string downloadFolder)
{
    private const int TriesWithoutRest = 3;

    /// <summary>The folder that tables go to which are read without holding them in memory; made when needed.</summary>
    public string CacheFolder { get; init; } = Path.Combine(downloadFolder, ".cache");

    /// <summary>The first file that lies where the data set's file may lie; null when none does. Its content is not checked.</summary>
    public string? Find(DataSource source) => Candidates(source).FirstOrDefault(File.Exists);

    /// <summary>A folder: the path itself, or one of that name in the folders that are searched; null when there is none.</summary>
    public string? FindFolder(string name) => searchFolders.Append(downloadFolder).Select(folder => Path.Combine(folder, name)).Prepend(name).FirstOrDefault(Directory.Exists);

    /// <summary>Finds the file and compares its SHA-256, uncompressed, with the known ones.</summary>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public DataCheck Check(DataSource source)
    {
        if (Find(source) is not { } path)
            return new DataCheck(source, DataState.Missing, null, null);
        var sha256 = FileHash.Sha256(path);
        return new DataCheck(source, IsKnown(source, sha256) ? DataState.Valid : DataState.Different, path, sha256);
    }

    /// <summary>
    /// The path of the data set's verified file; downloads it when no folder has it, going on where an earlier download broke off.
    /// </summary>
    /// <param name="source">The data set.</param>
    /// <param name="client">Does the download.</param>
    /// <param name="progress">Is told the bytes of the file that are there, now and then.</param>
    /// <param name="cancellation">Stops the download; what has come stays for the next time.</param>
    /// <exception cref="UserException">
    /// A file that is there is not the data set's, or the download fails or brings something else.
    /// </exception>
    public async Task<string> GetAsync(
        DataSource source, HttpClient client, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var check = Check(source);
        var target = DownloadPath(source);
        if (check.State == DataState.Valid)
            return check.Path!;
        if (check.State == DataState.Different && check.Path != target)
            throw new UserException(
                $"{check.Path}: this is not the data set '{source.Id}' (SHA-256 {check.Sha256 ?? "of damaged gzip data"}, "
                + $"expected {source.Contents[0].Sha256}); move it away to download the right one.");
        if (source.Address is null)
            throw new UserException(
                $"The data set '{source.Id}' ships with Anyformer, but {source.FileName} is in none of the data folders: {Folders()}.");
        await Download(source, target, client, progress, cancellation).ConfigureAwait(false);
        return target;
    }

    private static async Task Download(
        DataSource source, string target, HttpClient client, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var download = new ResumableDownload(source.Address!, target + ".part", source.Bytes, client, progress);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await download.Run(TriesWithoutRest, cancellation).ConfigureAwait(false);
            Accept(source, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{target}: the download cannot be written ({error.Message}).", error);
        }
    }

    private static void Accept(DataSource source, string target)
    {
        var part = target + ".part";
        var sha256 = FileHash.Sha256(part);
        if (IsKnown(source, sha256))
        {
            File.Move(part, target, overwrite: true);
            return;
        }
        File.Delete(part);
        throw new UserException(
            $"{source.Address}: the download of '{source.Id}' is not the known file (SHA-256 {sha256}, "
            + $"expected {source.Contents[0].Sha256}); it was thrown away.");
    }

    private static bool IsKnown(DataSource source, string? sha256) => source.Contents.Any(content => content.Sha256 == sha256);

    private string DownloadPath(DataSource source) => Path.Combine(downloadFolder, source.Id, source.FileName);

    private string Folders() => string.Join(", ", searchFolders.Append(downloadFolder));

    private IEnumerable<string> Candidates(DataSource source) =>
        from folder in searchFolders.Append(downloadFolder)
        from place in (string[])["", source.Id, .. source.OtherFolders]
        from ending in (string[])["", ".gz"]
        select Path.Combine(folder, place, source.FileName + ending);
}
