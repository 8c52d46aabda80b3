using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Anyformer.Data.Images.Sets;

namespace Anyformer.Tests.Data.Images.Sets;

public sealed class ImageArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Cache => _folder["cache"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.tar.gz")]
    [InlineData("a.tgz")]
    [InlineData("a.zip")]
    public void ImagesAreUnpackedOnce(string name)
    {
        Write(name, ("./photos/cat/1.jpg", "one"), ("photos/dog/2.PNG", "two"), ("photos/readme.txt", "no"), ("photos/cat/._1.jpg", "no"), ("__MACOSX/cat/3.jpg", "no"));
        var folder = ImageArchive.Unpack(_folder[name], Cache);
        Assert.Equal(["photos/cat/1.jpg", "photos/dog/2.PNG"], Files(folder));
        Assert.Equal("one", File.ReadAllText(Path.Combine(folder, "photos/cat/1.jpg")));
        File.Delete(Path.Combine(folder, "photos/cat/1.jpg"));
        Assert.Equal(folder, ImageArchive.Unpack(_folder[name], Cache));
        Assert.Equal(["photos/dog/2.PNG"], Files(folder));
        File.Delete(_folder[name]);
        Write(name, ("cat/9.jpg", "nine"));
        File.SetLastWriteTimeUtc(_folder[name], DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(["cat/9.jpg"], Files(ImageArchive.Unpack(_folder[name], Cache)));
    }

    [Theory]
    [InlineData("a.tar", "../out.jpg")]
    [InlineData("a.zip", "cat/../../out.jpg")]
    [InlineData("a.tgz", "/tmp/out.jpg")]
    public void NothingIsWrittenOutside(string name, string entry)
    {
        Write(name, (entry, "x"));
        Assert.Equal($"{_folder[name]}: the archive has the entry '{entry}', which leads out of it.", Mistake(name));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Cache, "images")));
    }

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.tgz")]
    [InlineData("a.zip")]
    public void DamagedArchivesAreNamed(string name)
    {
        File.WriteAllBytes(_folder[name], [.. Enumerable.Range(0, 2000).Select(i => (byte)(i * 7))]);
        Assert.StartsWith($"{_folder[name]}: the archive is damaged or cannot be unpacked (", Mistake(name));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Cache, "images")));
    }

    [Fact]
    public void ArchivesDoNotFillTheDisk()
    {
        Write("a.tgz", ("cat/1.jpg", new string('x', 80 << 20)));
        Assert.Equal($"{_folder["a.tgz"]}: the archive unpacks to more than 16 times its size, which images do not.", Mistake("a.tgz"));
    }

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order(StringComparer.Ordinal)];

    private string Mistake(string name) => Assert.Throws<UserException>(() => ImageArchive.Unpack(_folder[name], Cache)).Message;

    private void Write(string name, params (string Name, string Content)[] entries)
    {
        if (name.EndsWith(".zip", StringComparison.Ordinal))
            Zip(name, entries);
        else
            Tape(name, entries);
    }

    private void Zip(string name, (string Name, string Content)[] entries)
    {
        using var archive = ZipFile.Open(_folder[name], ZipArchiveMode.Create);
        foreach (var (entry, content) in entries)
        {
            using var stream = archive.CreateEntry(entry).Open();
            stream.Write(Encoding.UTF8.GetBytes(content));
        }
    }

    private void Tape(string name, (string Name, string Content)[] entries)
    {
        using var file = File.Create(_folder[name]);
        using Stream stream = name.EndsWith('z') ? new GZipStream(file, CompressionLevel.Fastest) : file;
        using var tar = new TarWriter(stream);
        tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "photos/"));
        tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "photos/link.jpg") { LinkName = "/etc/passwd" });
        foreach (var (entry, content) in entries)
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
    }
}
