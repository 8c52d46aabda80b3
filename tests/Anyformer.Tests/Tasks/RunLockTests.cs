using Anyformer.Tasks;

namespace Anyformer.Tests.Tasks;

public sealed class RunLockTests
{
    [Fact]
    public void AFolderIsHeldByOneAtATime()
    {
        using var folder = new TemporaryFolder();
        using (new RunLock(folder.Path))
            Assert.Equal($"The run '{folder.Path}' is being trained by another process; wait for its end or choose another folder.",
                Assert.Throws<UserException>(() => new RunLock(folder.Path)).Message);
        new RunLock(folder.Path).Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
