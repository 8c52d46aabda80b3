using Anyformer.Data.Sources;

namespace Anyformer.Cli.Progress;

/// <summary>Shows how far a download is.</summary>
internal sealed class DownloadReport(IProgressTask task) : IProgress<DownloadProgress>
{
    /// <inheritdoc/>
    public void Report(DownloadProgress value) =>
        task.Report(value.BytesDone, value.BytesTotal, $"{Processor.Bytes(value.BytesDone)} of {Processor.Bytes(value.BytesTotal)}");
}
