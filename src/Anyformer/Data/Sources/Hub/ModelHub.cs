using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Anyformer.Data.Sources.Hub;

/// <summary>
/// Downloads models from a hub as Hugging Face's into a cache that is laid out as theirs, so that their tools and this one share it:
/// <c>models--owner--name/</c> with <c>blobs/</c> by hash, <c>snapshots/commit/</c> of links to blobs, and <c>refs/</c> that name commits.
/// </summary>
/// <param name="client">Does the downloads.</param>
/// <param name="endpoint">The address of the hub, such as <c>https://huggingface.co</c>.</param>
/// <param name="cacheFolder">The cache: the hub's tools use <c>~/.cache/huggingface/hub</c>.</param>
/// <param name="token">What lets one see private models; null for none.</param>
public sealed partial class ModelHub(HttpClient client, Uri endpoint, string cacheFolder, string? token = null)
{
    private const int TriesWithoutRest = 3;

    /// <summary>Files that a model is made of: configuration, tokenizer, and weights in the two formats that can be read.</summary>
    private static readonly string[] s_wanted =
        ["*.json", "vocab.txt", "merges.txt", "*.model", "*.safetensors", "pytorch_model*.bin"];

    /// <summary>Brings a model into the cache; files that are there already are not brought again.</summary>
    /// <param name="repository">The model, as <c>owner/name</c>, or <c>name</c> for the oldest ones.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="progress">Is told the bytes of all files that are there, now and then.</param>
    /// <param name="cancellation">Stops the download; what has come stays for the next time.</param>
    /// <returns>The folder of the snapshot, which can be opened as a model.</returns>
    /// <exception cref="UserException">There is no such model, it may not be seen, or a download fails or brings something else.</exception>
    public async Task<string> GetAsync(
        string repository, string revision = "main", IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (!Repository().IsMatch(repository))
            throw new UserException($"A model of the hub is named as owner/name, found '{repository}'.");
        if (!Revision().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal))
            throw new UserException($"A revision is a branch, a tag or a commit, found '{revision}'.");
        try
        {
            return await Bring(repository, revision, progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{cacheFolder}: the model '{repository}' cannot be written ({error.Message}).", error);
        }
    }

    private async Task<string> Bring(string repository, string revision, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var commit = await Commit(repository, revision, cancellation).ConfigureAwait(false);
        var files = Chosen(await List(repository, commit, cancellation).ConfigureAwait(false));
        if (files.Length == 0)
            throw new UserException($"The model '{repository}' has no configuration and no weights that can be read.");
        var folder = Path.Combine(cacheFolder, "models--" + repository.Replace("/", "--", StringComparison.Ordinal));
        var snapshot = Path.Combine(folder, "snapshots", commit);
        var sum = new SummedProgress(files.Sum(file => file.Bytes), progress);
        foreach (var file in files)
        {
            var blob = Path.Combine(folder, "blobs", file.Hash);
            if (!File.Exists(blob))
                await Download(new Uri(endpoint, $"{repository}/resolve/{commit}/{Escaped(file.Path)}"), file, blob, sum, cancellation).ConfigureAwait(false);
            sum.Finish(file.Bytes);
            Link(Path.Combine(snapshot, file.Path), blob);
        }

        var reference = Path.Combine(folder, "refs", revision);
        Directory.CreateDirectory(Path.GetDirectoryName(reference)!);
        AtomicFile.WriteText(reference, commit);
        return snapshot;
    }

    private async Task Download(Uri address, HubFile file, string blob, SummedProgress sum, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        var part = blob + ".incomplete";
        await new ResumableDownload(address, part, file.Bytes, client, sum, Headers).Run(TriesWithoutRest, cancellation).ConfigureAwait(false);
        if (!file.IsAt(part))
        {
            File.Delete(part);
            throw new UserException($"{address}: the download is not the file that the hub lists; it was thrown away.");
        }

        File.Move(part, blob, overwrite: true);
    }

    private async Task<string> Commit(string repository, string revision, CancellationToken cancellation)
    {
        var (page, _) = await Ask(new Uri(endpoint, $"api/models/{repository}/revision/{Uri.EscapeDataString(revision)}"), repository, revision, cancellation).ConfigureAwait(false);
        return page.ValueKind == JsonValueKind.Object && page.TryGetProperty("sha", out var sha) && sha.GetString() is { Length: 40 } commit && commit.All(char.IsAsciiHexDigitLower)
            ? commit
            : throw new UserException($"The hub does not tell the commit of '{repository}'.");
    }

    private async Task<List<HubFile>> List(string repository, string commit, CancellationToken cancellation)
    {
        var files = new List<HubFile>();
        for (var next = new Uri(endpoint, $"api/models/{repository}/tree/{commit}?recursive=true"); next is not null;)
        {
            (var page, next) = await Ask(next, repository, commit, cancellation).ConfigureAwait(false);
            files.AddRange(HubFile.Read(page, repository));
        }

        return files;
    }

    /// <summary>An answer of the hub's programming interface, and the address of the next page if there is one.</summary>
    private async Task<(JsonElement Page, Uri? Next)> Ask(Uri address, string repository, string revision, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        Headers(request);
        try
        {
            using var response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
                throw new UserException($"The hub has no model '{repository}' of revision '{revision}' that may be seen{(token is null ? " without a token" : " with this token")}.");
            if (!response.IsSuccessStatusCode)
                throw new UserException(FormattableString.Invariant($"{address}: the hub answered {(int)response.StatusCode} ({response.ReasonPhrase})."));
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
            var next = response.Headers.TryGetValues("Link", out var links) ? links.Select(link => NextPage().Match(link)).FirstOrDefault(match => match.Success) : null;
            return (document.RootElement.Clone(), next is null ? null : Same(new Uri(endpoint, next.Groups[1].Value)));
        }
        catch (Exception error) when (error is HttpRequestException or JsonException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new UserException($"{address}: the hub cannot be asked ({error.Message.TrimEnd('.')}).", error);
        }
    }

    /// <summary>A token goes to nobody but the hub.</summary>
    private Uri Same(Uri address) => address.Authority == endpoint.Authority ? address
        : throw new UserException($"The hub's list goes on at another server, '{address.Authority}'.");

    private void Headers(HttpRequestMessage request)
    {
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
    }

    /// <summary>Of weights in both formats those that cannot hold code.</summary>
    private static HubFile[] Chosen(List<HubFile> files)
    {
        HubFile[] wanted = [.. files.Where(file => !file.Path.Contains('/') && s_wanted.Any(pattern => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, file.Path)))];
        return wanted.Any(file => file.Path.EndsWith(".safetensors", StringComparison.Ordinal))
            ? [.. wanted.Where(file => !file.Path.StartsWith("pytorch_model", StringComparison.Ordinal))]
            : wanted;
    }

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static void Link(string path, string blob)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (new FileInfo(path) is { Exists: true } or { LinkTarget: not null })
            File.Delete(path);
        File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, blob));
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?\z")]
    private static partial Regex Repository();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}\z")]
    private static partial Regex Revision();

    [GeneratedRegex("""<([^>]+)>;\s*rel="next" ?""")]
    private static partial Regex NextPage();

    private sealed class SummedProgress(long total, IProgress<DownloadProgress>? progress) : IProgress<DownloadProgress>
    {
        private long _finished;

        public void Report(DownloadProgress value) => progress?.Report(new DownloadProgress(_finished + value.BytesDone, total));

        public void Finish(long bytes) => progress?.Report(new DownloadProgress(_finished += bytes, total));
    }
}
