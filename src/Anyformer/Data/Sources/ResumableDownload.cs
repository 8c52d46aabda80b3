using System.Net;
using System.Net.Http.Headers;

namespace Anyformer.Data.Sources;

/// <summary>How far a download is.</summary>
/// <param name="BytesDone">Bytes that are there, those of an earlier try among them.</param>
/// <param name="BytesTotal">Bytes of the whole file.</param>
public readonly record struct DownloadProgress(long BytesDone, long BytesTotal);

/// <summary>Downloads one file into a part file, and goes on at its end after a break, in this run or in a later one.</summary>
/// <param name="address">Where the file is.</param>
/// <param name="partPath">The part file.</param>
/// <param name="expectedBytes">The size of the file.</param>
/// <param name="client">Does the download.</param>
/// <param name="progress">Is told the bytes that are there, now and then.</param>
/// <param name="headers">What is added to requests; null for nothing.</param>
internal sealed class ResumableDownload(
    Uri address, string partPath, long expectedBytes, HttpClient client, IProgress<DownloadProgress>? progress, Action<HttpRequestMessage>? headers = null)
{
    private const int BufferSize = 1 << 16;
    private static readonly TimeSpan s_stallLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs until the file is whole. A break is tried again at once while tries are left and the last one brought something.
    /// </summary>
    public async Task Run(int tries, CancellationToken cancellation)
    {
        await using var part = OpenPart();
        while (part.Length < expectedBytes)
        {
            var before = part.Length;
            try
            {
                await Receive(part, cancellation).ConfigureAwait(false);
            }
            catch (Exception error) when (IsBreak(error, cancellation))
            {
                await part.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                if (--tries == 0 || part.Length == before)
                    throw new UserException(FormattableString.Invariant(
                        $"{address}: the download broke off after {part.Length} of {expectedBytes} bytes ({error.Message}); ")
                        + "run it again to go on from there.", error);
            }
        }
    }

    private FileStream OpenPart()
    {
        var part = new FileStream(partPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferSize, useAsync: true);
        if (part.Length > expectedBytes)
            part.SetLength(0);
        part.Seek(0, SeekOrigin.End);
        return part;
    }

    private async Task Receive(FileStream part, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        headers?.Invoke(request);
        if (part.Length > 0)
            request.Headers.Range = new RangeHeaderValue(part.Length, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new UserException(FormattableString.Invariant(
                $"{address}: the server answered {(int)response.StatusCode} ({response.ReasonPhrase}), expected the file."));
        // A server that does not know ranges sends the whole file: start over with it.
        if (response.StatusCode != HttpStatusCode.PartialContent)
            part.SetLength(0);
        else if (response.Content.Headers.ContentRange?.From != part.Length)
            throw new UserException(FormattableString.Invariant(
                $"{address}: the server sends the range '{response.Content.Headers.ContentRange}', expected the bytes from {part.Length} on."));
        await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await Copy(body, part, cancellation).ConfigureAwait(false);
        if (part.Length < expectedBytes)
            throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection was closed");
    }

    private async Task Copy(Stream body, FileStream part, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var buffer = new byte[BufferSize];
        while (true)
        {
            stall.CancelAfter(s_stallLimit);
            var read = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
            if (read == 0)
                return;
            if (part.Length + read > expectedBytes)
            {
                part.SetLength(0);
                throw new UserException(FormattableString.Invariant(
                    $"{address}: the server sends more than the {expectedBytes} bytes of the known file."));
            }
            await part.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            progress?.Report(new DownloadProgress(part.Length, expectedBytes));
        }
    }

    // The client's own timeout, and a stall, come as a cancellation that nobody asked for.
    private static bool IsBreak(Exception error, CancellationToken cancellation) =>
        error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellation.IsCancellationRequested);
}
