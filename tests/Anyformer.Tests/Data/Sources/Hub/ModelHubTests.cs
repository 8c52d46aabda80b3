using System.Security.Cryptography;
using Anyformer.Data.Sources.Hub;

namespace Anyformer.Tests.Data.Sources.Hub;

public sealed class ModelHubTests
{
    private const string Repository = "somebody/some-model";

    private static Dictionary<string, byte[]> Files => new()
    {
        ["config.json"] = "{}"u8.ToArray(),
        ["README.md"] = "much to read"u8.ToArray(),
        ["model.safetensors"] = RandomNumberGenerator.GetBytes(100_000),
        ["pytorch_model.bin"] = [1, 2, 3],
        ["onnx/model.onnx"] = [4],
        ["vocab.txt"] = "a\nb\n"u8.ToArray(),
    };

    [Fact]
    public async Task AModelComesIntoACacheLaidOutAsTheHubsTools()
    {
        using var folder = new TemporaryFolder();
        var files = Files;
        using var server = new HubServer(Repository, files);
        using var client = new HttpClient();
        var snapshot = await new ModelHub(client, server.Address, folder.Path).GetAsync(Repository);
        var home = folder["models--somebody--some-model"];
        Assert.Equal(Path.Combine(home, "snapshots", HubServer.Commit), snapshot);
        Assert.Equal(["config.json", "model.safetensors", "vocab.txt"], Directory.GetFiles(snapshot).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(files["model.safetensors"], await File.ReadAllBytesAsync(Path.Combine(snapshot, "model.safetensors")));
        var hash = Convert.ToHexStringLower(SHA256.HashData(files["model.safetensors"]));
        Assert.Equal(Path.Combine("..", "..", "blobs", hash), new FileInfo(Path.Combine(snapshot, "model.safetensors")).LinkTarget);
        Assert.True(File.Exists(Path.Combine(home, "blobs", "9e26dfeeb6e641a33dae4961196235bdb965b21b")));
        Assert.Equal(HubServer.Commit, await File.ReadAllTextAsync(Path.Combine(home, "refs", "main")));
    }

    [Fact]
    public async Task WhatIsThereIsNotBroughtAgain()
    {
        using var folder = new TemporaryFolder();
        using var server = new HubServer(Repository, Files);
        using var client = new HttpClient();
        var hub = new ModelHub(client, server.Address, folder.Path);
        await hub.GetAsync(Repository);
        var before = server.Requests.Count(request => request.Contains("/resolve/", StringComparison.Ordinal));
        await hub.GetAsync(Repository);
        Assert.Equal(before, server.Requests.Count(request => request.Contains("/resolve/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ATokenGoesToTheHub()
    {
        using var folder = new TemporaryFolder();
        using var server = new HubServer(Repository, Files) { Token = "secret" };
        using var client = new HttpClient();
        var refusal = await Assert.ThrowsAsync<UserException>(() => new ModelHub(client, server.Address, folder.Path).GetAsync(Repository));
        Assert.Equal("The hub has no model 'somebody/some-model' of revision 'main' that may be seen without a token.", refusal.Message);
        Assert.True(Directory.Exists(await new ModelHub(client, server.Address, folder.Path, "secret").GetAsync(Repository)));
        Assert.DoesNotContain(server.Requests, request => request.StartsWith("/cdn/", StringComparison.Ordinal) && request.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AFileThatIsAnotherIsThrownAway()
    {
        using var folder = new TemporaryFolder();
        using var server = new HubServer(Repository, Files);
        server.Wrong["vocab.txt"] = "x\ny\n"u8.ToArray();
        using var client = new HttpClient();
        var refusal = await Assert.ThrowsAsync<UserException>(() => new ModelHub(client, server.Address, folder.Path).GetAsync(Repository));
        Assert.EndsWith("vocab.txt: the download is not the file that the hub lists; it was thrown away.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder["models--somebody--some-model"], "blobs")).Length);
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/config.json")]
    [InlineData("a/../../config.json")]
    public async Task AFileOutsideIsRefused(string path)
    {
        using var folder = new TemporaryFolder();
        using var server = new HubServer(Repository, new Dictionary<string, byte[]> { [path] = [1] });
        using var client = new HttpClient();
        var refusal = await Assert.ThrowsAsync<UserException>(() => new ModelHub(client, server.Address, folder.Path).GetAsync(Repository));
        Assert.Equal($"The hub names a file '{path}' of 'somebody/some-model' that cannot be kept, expected a path inside and a hash.", refusal.Message);
    }

    [Theory]
    [InlineData("a/b/c", "main", "A model of the hub is named as owner/name, found 'a/b/c'.")]
    [InlineData("../b", "main", "A model of the hub is named as owner/name, found '../b'.")]
    [InlineData("a/b", "../main", "A revision is a branch, a tag or a commit, found '../main'.")]
    public async Task WrongNamesAreRefused(string repository, string revision, string message)
    {
        using var client = new HttpClient();
        var hub = new ModelHub(client, new Uri("http://127.0.0.1:1"), "nowhere");
        Assert.Equal(message, (await Assert.ThrowsAsync<UserException>(() => hub.GetAsync(repository, revision))).Message);
    }

    [Fact]
    public async Task AHubThatDoesNotAnswerIsNamed()
    {
        using var client = new HttpClient();
        var refusal = await Assert.ThrowsAsync<UserException>(() => new ModelHub(client, new Uri("http://127.0.0.1:1"), "nowhere").GetAsync("a/b"));
        Assert.StartsWith("http://127.0.0.1:1/api/models/a/b/revision/main: the hub cannot be asked (", refusal.Message, StringComparison.Ordinal);
    }
}
