using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Anyformer.Tests.Data.Sources.Hub;

/// <summary>A hub on the loopback device: revisions, lists of files in pages, and files, large ones behind a redirection.</summary>
internal sealed class HubServer : IDisposable
{
    internal const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, byte[]> _files;
    private readonly string _repository;

    internal HubServer(string repository, Dictionary<string, byte[]> files)
    {
        (_repository, _files) = (repository, files);
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = Serve();
    }

    internal Uri Address { get; }

    /// <summary>The paths that were asked for, with the token if one came.</summary>
    internal List<string> Requests { get; } = [];

    /// <summary>The token that is wanted; null for none.</summary>
    internal string? Token { get; init; }

    /// <summary>What is sent instead of a file.</summary>
    internal Dictionary<string, byte[]> Wrong { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await Answer(client.GetStream());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over and the listener closed.
        }
    }

    private async Task Answer(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var (path, authorization) = ((await reader.ReadLineAsync() ?? "").Split(' ').ElementAtOrDefault(1) ?? "", "");
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            if (line.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase))
                authorization = line["Authorization: ".Length..];
        Requests.Add(authorization.Length > 0 ? $"{path} {authorization}" : path);
        var (head, body) = Token is not null && authorization != $"Bearer {Token}" && !path.StartsWith("/cdn/", StringComparison.Ordinal)
            ? ("401 Unauthorized", [])
            : Of(path);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body);
    }

    private (string Head, byte[] Body) Of(string path)
    {
        var (list, file) = ($"/api/models/{_repository}/tree/{Commit}?recursive=true", $"/{_repository}/resolve/{Commit}/");
        if (path == $"/api/models/{_repository}/revision/main")
            return ("200 OK", JsonSerializer.SerializeToUtf8Bytes(new { sha = Commit }));
        if (path == list)
            return ($"200 OK\r\nLink: <{Address}{list.TrimStart('/')}&cursor=2>; rel=\"next\"", JsonSerializer.SerializeToUtf8Bytes(_files.Take(2).Select(Entry)));
        if (path == list + "&cursor=2")
            return ("200 OK", JsonSerializer.SerializeToUtf8Bytes(_files.Skip(2).Select(Entry)));
        if (path.StartsWith(file, StringComparison.Ordinal) && _files.ContainsKey(path[file.Length..]))
            return IsLarge(path) ? ($"302 Found\r\nLocation: /cdn/{path[file.Length..]}", []) : ("200 OK", Content(path[file.Length..]));
        return path.StartsWith("/cdn/", StringComparison.Ordinal) ? ("200 OK", Content(path["/cdn/".Length..])) : ("404 Not Found", []);
    }

    private byte[] Content(string name) => Wrong.TryGetValue(name, out var wrong) ? wrong : _files[name];

    private static bool IsLarge(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".bin", StringComparison.Ordinal);

    private static object Entry(KeyValuePair<string, byte[]> file)
    {
        var git = Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {file.Value.Length}\0"), .. file.Value]));
        return IsLarge(file.Key)
            ? new { type = "file", path = file.Key, oid = git, size = file.Value.Length, lfs = new { oid = Convert.ToHexStringLower(SHA256.HashData(file.Value)), size = file.Value.Length } }
            : new { type = "file", path = file.Key, oid = git, size = file.Value.Length };
    }
}
