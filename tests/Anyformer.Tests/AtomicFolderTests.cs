namespace Anyformer.Tests;

public sealed class AtomicFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFolderIsThereWhole(bool isThere)
    {
        if (isThere)
            Directory.CreateDirectory(_folder["new"]);
        AtomicFolder.Write(_folder["new"] + "/", path =>
        {
            Assert.NotEqual(_folder["new"], path);
            File.WriteAllText(Path.Combine(path, "a.txt"), "a");
        });
        Assert.Equal("a", File.ReadAllText(Path.Combine(_folder["new"], "a.txt")));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void AFailureLeavesNothing()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFolder.Write(_folder["new"], path =>
        {
            File.WriteAllText(Path.Combine(path, "a.txt"), "a");
            throw new InvalidOperationException();
        }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void WhatIsThereStays()
    {
        File.WriteAllText(_folder["file"], "a");
        static void Never(string path) => Assert.Fail("nothing is to be written");
        Assert.Equal($"'{_folder["file"]}' is a file, expected a folder that is not there yet.",
            Assert.Throws<UserException>(() => AtomicFolder.Write(_folder["file"], Never)).Message);
        Assert.Equal($"The folder '{_folder.Path}' is not empty; expected one that is not there yet.",
            Assert.Throws<UserException>(() => AtomicFolder.Write(_folder.Path, Never)).Message);
        Assert.StartsWith($"The folder '{_folder["file"]}/below' cannot be written: ",
            Assert.Throws<UserException>(() => AtomicFolder.Write(Path.Combine(_folder["file"], "below"), Never)).Message, StringComparison.Ordinal);
    }
}
