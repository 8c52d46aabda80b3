using System.Text.Json.Nodes;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Testing;
using Anyformer.Torch;

namespace Anyformer.Tests.Parity;

/// <summary>A copy of a parity case that a test may spoil.</summary>
internal sealed class CopiedCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CopiedCase(string name)
    {
        foreach (var path in Directory.GetFiles(SharedFolder.Require($"parity/{name}")))
            File.WriteAllBytes(_folder[System.IO.Path.GetFileName(path)], File.ReadAllBytes(path));
    }

    public string Path => _folder.Path;

    public string this[string file] => _folder[file];

    public void Dispose() => _folder.Dispose();

    public ParityOutcome Verify() => ParityVerifier.Verify(Path);

    public CopiedCase Edit(Action<JsonObject> edit)
    {
        var document = JsonNode.Parse(File.ReadAllText(this["case.json"]))!.AsObject();
        edit(document);
        File.WriteAllText(this["case.json"], document.ToJsonString());
        return this;
    }

    public CopiedCase EditTensors(string file, Action<Dictionary<string, Tensor>> edit)
    {
        using var scope = new TensorScope();
        var tensors = Safetensors.Load(this[$"{file}.safetensors"]).ToDictionary();
        edit(tensors);
        Safetensors.Save(this[$"{file}.safetensors"], tensors);
        return this;
    }
}
