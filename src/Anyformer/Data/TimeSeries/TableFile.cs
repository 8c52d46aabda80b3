namespace Anyformer.Data.TimeSeries;

/// <summary>Opens text files, gzip-compressed or not; the content tells, not the name.</summary>
internal static class TableFile
{
    private const int BufferSize = 1 << 16;

    public static StreamReader Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
            return new StreamReader(IsGzip(file) ? new WholeGzipStream(file) : file, bufferSize: BufferSize);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UserException(
                Directory.Exists(path) ? $"{path}: this is a folder, expected a CSV file."
                : !File.Exists(path) ? $"{path}: there is no such file."
                : $"{path}: the file cannot be read ({error.Message}).", error);
        }
    }

    private static bool IsGzip(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        return isGzip;
    }
}
