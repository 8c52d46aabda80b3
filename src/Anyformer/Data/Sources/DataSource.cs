using System.Collections.Immutable;
using Anyformer.Data.TimeSeries;

namespace Anyformer.Data.Sources;

/// <summary>The exact bytes of an uncompressed file.</summary>
/// <param name="Sha256">SHA-256 in lower-case hexadecimal digits.</param>
/// <param name="Bytes">Size in bytes.</param>
public sealed record FileContent(string Sha256, long Bytes);

/// <summary>A known public data set: one file, where it comes from and how the papers split it.</summary>
/// <param name="Id">Name on the command line and in recipes; also the folder of the file.</param>
/// <param name="Description">What was measured, in a phrase.</param>
/// <param name="FileName">Name of the uncompressed file.</param>
/// <param name="Address">Where the file is downloaded from; null for data that ships with Anyformer.</param>
/// <param name="Contents">
/// The bytes that are accepted as this data set. The first are those at the address; others hold the same rows, for example with other
/// line ends.
/// </param>
/// <param name="Licence">The licence, or what is known of it.</param>
/// <param name="Split">How the forecasting papers split the rows.</param>
public sealed record DataSource(
    string Id,
    string Description,
    string FileName,
    Uri? Address,
    ImmutableArray<FileContent> Contents,
    string Licence,
    SplitRule Split)
{
    /// <summary>Other folder names under which collections keep the file.</summary>
    public ImmutableArray<string> OtherFolders { get; init; } = [];

    /// <summary>Size of the file at the address, in bytes.</summary>
    public long Bytes => Contents[0].Bytes;
}
