using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Anyformer.Data.TimeSeries;

/// <summary>
/// Which table a cached one was made of, and how: another size, time of writing, option or build of this library makes another table.
/// </summary>
/// <param name="Path">The whole path of the table.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Written">When it was written last, in UTC.</param>
/// <param name="Options">How it was read, as JSON.</param>
/// <param name="Reader">The build that read it: another one may read otherwise.</param>
internal sealed record CachedTableKey(string Path, long Bytes, DateTime Written, string Options, Guid Reader)
{
    /// <summary>The key of a table as it is now; of none, if there is no such file.</summary>
    public static CachedTableKey Of(string path, TimeSeriesReadOptions options)
    {
        var file = new FileInfo(path);
        return new CachedTableKey(file.FullName, file.Exists ? file.Length : 0, file.LastWriteTimeUtc,
            JsonSerializer.Serialize(options), typeof(CachedTableKey).Module.ModuleVersionId);
    }

    /// <summary>The name of the cached file: one for each path and options, so that a newer table takes the place of an older.</summary>
    public string FileName => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Path}\n{Options}")))[..32] + ".rows";
}
