namespace Anyformer.Tasks;

/// <summary>Holds a run's folder for one training at a time: two that write into the same files would spoil both.</summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="UserException">Another training holds it.</exception>
    public RunLock(string folder)
    {
        try
        {
            // The system lets go of it when the process ends, however it ends.
            _file = new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new UserException($"The run '{folder}' is being trained by another process; wait for its end or choose another folder.", exception);
        }
    }

    /// <summary>Lets the folder go.</summary>
    public void Dispose() => _file.Dispose();
}
