using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Anyformer.Tests.Data.Sources;

/// <summary>Serves one file on the loopback device, one connection after the other, each answer as the test says.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Queue<Func<byte[], long, Answer>> _answers;
    private readonly byte[] _content;

    /// <summary>
    /// Answers the first request with the first of <paramref name="answers"/>, and so on; later connections are closed at once.
    /// </summary>
    public FileServer(byte[] content, params Func<byte[], long, Answer>[] answers)
    {
        (_content, _answers) = (content, new Queue<Func<byte[], long, Answer>>(answers));
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/file.csv");
        _ = Serve();
    }

    public Uri Address { get; }

    /// <summary>The first byte that each request asked for.</summary>
    public List<long> RequestedFrom { get; } = [];

    /// <summary>Head and body of an answer; a body shorter than the head says is a connection that breaks off.</summary>
    public sealed record Answer(string Head, byte[] Body);

    /// <summary>The rest of the file from the byte asked for.</summary>
    public static Answer Rest(byte[] content, long from) => Broken(int.MaxValue)(content, from);

    /// <summary>The rest of the file, breaking off after <paramref name="bytes"/>.</summary>
    public static Func<byte[], long, Answer> Broken(int bytes) => (content, from) => new Answer(
        (from == 0 ? "200 OK" : $"206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}")
        + $"\r\nContent-Length: {content.Length - from}",
        [.. content.Skip((int)from).Take(bytes)]);

    /// <summary>The whole file, whatever was asked for.</summary>
    public static Answer Whole(byte[] content, long from) => Rest(content, 0);

    /// <summary>No file.</summary>
    public static Answer NotFound(byte[] content, long from) => new("404 Not Found\r\nContent-Length: 0", []);

    /// <summary>Another part of the file than was asked for.</summary>
    public static Answer WrongRange(byte[] content, long from) => Rest(content, from + 1);

    public void Dispose() => _listener.Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await AnswerOne(client.GetStream());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over and the listener closed.
        }
    }

    private async Task AnswerOne(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        long from = 0;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                from = long.Parse(line["Range: bytes=".Length..].TrimEnd('-'));
        if (!_answers.TryDequeue(out var next))
            return;
        RequestedFrom.Add(from);
        var answer = next(_content, from);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer.Head}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(answer.Body);
    }
}
