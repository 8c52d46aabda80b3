using System.IO.Compression;
using System.Security.Cryptography;
using Anyformer.Data.Sources;
using Anyformer.Data.TimeSeries;
using Anyformer.Testing;

namespace Anyformer.Tests.Data.Sources;

public sealed class DataStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly byte[] content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 % 251))];
    private readonly HttpClient _client = new();

    private string Downloads => Path.Combine(_folder, "downloads");

    private string Target => Path.Combine(Downloads, "made-up", "file.csv");

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_is_downloaded_with_progress_and_verified()
    {
        using var server = new FileServer(content, FileServer.Rest);
        var progress = new Record();
        Assert.Equal(Target, await Store().GetAsync(Source(server.Address), _client, progress));
        Assert.Equal(content, File.ReadAllBytes(Target));
        Assert.False(File.Exists(Target + ".part"));
        Assert.Equal(new DownloadProgress(content.Length, content.Length), progress.Seen[^1]);
        Assert.Equal(progress.Seen.OrderBy(seen => seen.BytesDone), progress.Seen);
        Assert.Equal(DataState.Valid, Store().Check(Source(server.Address)).State);
    }

    [Fact]
    public async Task A_break_goes_on_where_it_was()
    {
        using var server = new FileServer(content, FileServer.Broken(100_000), FileServer.Broken(50_000), FileServer.Rest);
        await Store().GetAsync(Source(server.Address), _client);
        Assert.Equal([0, 100_000, 150_000], server.RequestedFrom);
        Assert.Equal(content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task After_three_breaks_the_part_stays_for_the_next_run()
    {
        using var server = new FileServer(
            content, FileServer.Broken(1000), FileServer.Broken(1000), FileServer.Broken(1000), FileServer.Rest);
        var message = await Error(Source(server.Address));
        Assert.StartsWith($"{server.Address}: the download broke off after 3000 of 300000 bytes (", message);
        Assert.EndsWith("); run it again to go on from there.", message);
        Assert.Equal(3000, new FileInfo(Target + ".part").Length);
        await Store().GetAsync(Source(server.Address), _client);
        Assert.Equal([0, 1000, 2000, 3000], server.RequestedFrom);
        Assert.Equal(content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_server_without_ranges_starts_over()
    {
        using var server = new FileServer(content, FileServer.Broken(1000), FileServer.Whole);
        await Store().GetAsync(Source(server.Address), _client);
        Assert.Equal(content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_named_at_once()
    {
        using var server = new FileServer(content);
        server.Dispose();
        Assert.StartsWith($"{server.Address}: the download broke off after 0 of 300000 bytes (", await Error(Source(server.Address)));
    }

    [Fact]
    public async Task Answers_that_are_not_the_file_are_refused()
    {
        using var missing = new FileServer(content, FileServer.NotFound);
        Assert.Equal($"{missing.Address}: the server answered 404 (Not Found), expected the file.", await Error(Source(missing.Address)));
        using var wrong = new FileServer(content, FileServer.Broken(1000), FileServer.WrongRange);
        Assert.Equal(
            $"{wrong.Address}: the server sends the range 'bytes 1001-299999/300000', expected the bytes from 1000 on.",
            await Error(Source(wrong.Address)));
        using var longer = new FileServer([.. content, 1], FileServer.Rest, FileServer.Rest);
        Assert.Equal($"{longer.Address}: the server sends more than the 300000 bytes of the known file.", await Error(Source(longer.Address)));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Other_content_of_the_same_size_is_thrown_away()
    {
        var other = content.ToArray();
        other[77] ^= 1;
        using var server = new FileServer(other, FileServer.Rest);
        Assert.Equal(
            $"{server.Address}: the download of 'made-up' is not the known file (SHA-256 {Hash(other)}, "
            + $"expected {Hash(content)}); it was thrown away.",
            await Error(Source(server.Address)));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public async Task Stopping_keeps_what_has_come()
    {
        using var server = new FileServer(content, FileServer.Rest, FileServer.Rest);
        using var stop = new CancellationTokenSource();
        var stopping = new Record(stop.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store().GetAsync(Source(server.Address), _client, stopping, stop.Token));
        Assert.Equal(stopping.Seen[^1].BytesDone, new FileInfo(Target + ".part").Length);
        await Store().GetAsync(Source(server.Address), _client);
        Assert.Equal(stopping.Seen[^1].BytesDone, server.RequestedFrom[1]);
        Assert.Equal(content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task A_damaged_download_is_replaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target, "half");
        using var server = new FileServer(content, FileServer.Rest);
        Assert.Equal(DataState.Different, Store().Check(Source(server.Address)).State);
        await Store().GetAsync(Source(server.Address), _client);
        Assert.Equal(content, File.ReadAllBytes(Target));
    }

    [Theory]
    [InlineData("file.csv")]
    [InlineData("file.csv.gz")]
    [InlineData("made-up/file.csv")]
    [InlineData("other-name/file.csv.gz")]
    public async Task A_file_in_a_data_folder_stands_in_for_the_download(string place)
    {
        var path = Path.Combine(_folder, "data", place);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (Stream file = place.EndsWith(".gz") ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path))
            file.Write(content);
        Assert.Equal(path, await Store().GetAsync(Source(new Uri("http://127.0.0.1:1/")), _client));
        Assert.Equal(new DataCheck(Source(null), DataState.Valid, path, Hash(content)).Sha256, Store().Check(Source(null)).Sha256);
    }

    [Fact]
    public async Task Another_file_under_the_name_is_told_and_left_alone()
    {
        var path = Path.Combine(_folder, "data", "file.csv");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "mine");
        Assert.Equal(
            $"{path}: this is not the data set 'made-up' (SHA-256 {Hash("mine"u8)}, expected {Hash(content)}); "
            + "move it away to download the right one.",
            await Error(Source(new Uri("http://127.0.0.1:1/"))));
        Assert.Equal("mine", File.ReadAllText(path));
    }

    [Fact]
    public async Task Damaged_gzip_data_are_another_file()
    {
        var path = Path.Combine(_folder, "data", "file.csv.gz");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "no gzip");
        Assert.Equal(new DataCheck(Source(null), DataState.Different, path, null).State, Store().Check(Source(null)).State);
        Assert.StartsWith($"{path}: this is not the data set 'made-up' (SHA-256 of damaged gzip data, expected ", await Error(Source(null)));
    }

    [Fact]
    public async Task Data_that_ship_are_not_downloaded()
    {
        Assert.Equal(DataState.Missing, Store().Check(Source(null)).State);
        Assert.Equal(
            $"The data set 'made-up' ships with Anyformer, but file.csv is in none of the data folders: {Path.Combine(_folder, "data")}, {Downloads}.",
            await Error(Source(null)));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(Downloads, "a file where the folder should be");
        using var server = new FileServer(content, FileServer.Rest);
        Assert.StartsWith($"{Target}: the download cannot be written (", await Error(Source(server.Address)));
    }

    [SkippableFact]
    public void Every_known_set_is_found_and_valid_in_the_shared_folder()
    {
        var store = new DataStore([SharedFolder.Require("data"), Path.Combine(SharedFolder.ProjectRoot, "datasets")], Downloads);
        foreach (var source in KnownDataSources.All)
            Assert.Equal((source.Id, DataState.Valid), (source.Id, store.Check(source).State));
    }

    private DataStore Store() => new([Path.Combine(_folder, "data")], Downloads);

    private DataSource Source(Uri? address) => new(
        "made-up", "bytes", "file.csv", address, [new FileContent(Hash(content), content.Length)], "none", SplitRule.Default)
    {
        OtherFolders = ["other-name"],
    };

    private async Task<string> Error(DataSource source) =>
        (await Assert.ThrowsAsync<UserException>(() => Store().GetAsync(source, _client))).Message;

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Keeps every report, on the thread that made it.</summary>
    private sealed class Record(Action? onReport = null) : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Seen { get; } = [];

        public void Report(DownloadProgress value)
        {
            Seen.Add(value);
            onReport?.Invoke();
        }
    }
}
