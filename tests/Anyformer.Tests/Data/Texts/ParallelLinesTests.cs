using Anyformer.Data.Texts;

namespace Anyformer.Tests.Data.Texts;

public sealed class ParallelLinesTests
{
    [Fact]
    public void LinesOfBothFilesGoTogether()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["train.de"], "eins \n zwei\n");
        File.WriteAllText(folder["train.en"], "one\ntwo");
        Assert.Equal([("eins", "one"), ("zwei", "two")], ParallelLines.Read(folder.Path, "train", "de", "en"));
    }

    [Fact]
    public void FilesOfUnequalLengthAreRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["train.de"], "eins\nzwei\n");
        File.WriteAllText(folder["train.en"], "one\n");
        Assert.Equal($"The lines of 'train.de' and 'train.en' in '{folder.Path}' go together, but there are 2 and 1.",
            Assert.Throws<UserException>(() => ParallelLines.Read(folder.Path, "train", "de", "en")).Message);
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"The folder '{folder.Path}' has no file 'val.de', plain or with .gz.",
            Assert.Throws<UserException>(() => ParallelLines.Read(folder.Path, "val", "de", "en")).Message);
    }
}
