using System.Text.Json;
using Anyformer.Torch;

namespace Anyformer.Parity;

/// <summary>
/// What a reference implementation computed, in a folder: <c>case.json</c> and safetensors files with the weights, inputs, outputs and gradients.
/// </summary>
public sealed class ParityCase
{
    private readonly JsonDocument _document;

    private ParityCase(string folder, JsonDocument document)
    {
        Folder = folder;
        _document = document;
        Config = new ReferenceConfig(Property("config"));
        Weights = Read("weights", required: false);
        Inputs = Read("inputs", required: false);
        Outputs = Read("outputs", required: true);
        Gradients = Read("gradients", required: false);
    }

    /// <summary>Where the case lies.</summary>
    public string Folder { get; }

    /// <summary>The system whose adapter runs the case.</summary>
    public string System => Property("system").GetString()!;

    /// <summary>The configuration under the reference's own argument names.</summary>
    public ReferenceConfig Config { get; }

    /// <summary>How the reference was called, in words.</summary>
    public string Call => _document.RootElement.TryGetProperty("call", out var call) ? call.GetString()! : "";

    /// <summary>The class or function of the reference that computed the case.</summary>
    public string Entry => Property("source").TryGetProperty("entry", out var entry) ? entry.GetString() ?? "" : "";

    /// <summary>Weights under their official names; empty for a procedure without weights.</summary>
    public IReadOnlyDictionary<string, Tensor> Weights { get; }

    /// <summary>Inputs by name, and the probes of gradients as <c>probe.output</c>.</summary>
    public IReadOnlyDictionary<string, Tensor> Inputs { get; }

    /// <summary>What the reference gave.</summary>
    public IReadOnlyDictionary<string, Tensor> Outputs { get; }

    /// <summary>
    /// Gradients of the sum over outputs of output times probe: of weights under their official names, of inputs as <c>input.name</c>.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Gradients { get; }

    /// <summary>The largest difference that passes: absolute + relative times the reference's magnitude.</summary>
    public (double Absolute, double Relative) Tolerance =>
        (Property("tolerance").GetProperty("absolute").GetDouble(), Property("tolerance").GetProperty("relative").GetDouble());

    /// <summary>Reads a case.</summary>
    /// <exception cref="UserException">A file is missing or malformed.</exception>
    public static ParityCase Read(string folder) => Read(folder, static (folder, document) => new ParityCase(folder, document));

    /// <summary>The system of a case, without reading its tensors.</summary>
    /// <exception cref="UserException">The file <c>case.json</c> is missing or malformed.</exception>
    public static string SystemOf(string folder) => Read(folder, static (_, document) =>
    {
        using (document)
            return document.RootElement.GetProperty("system").GetString() ?? throw new KeyNotFoundException("its system is null");
    });

    /// <summary>An input by name.</summary>
    /// <exception cref="UserException">The case has no such input.</exception>
    public Tensor Input(string name) => OptionalInput(name) ?? throw new UserException($"The case has no input '{name}'; it has {string.Join(", ", Inputs.Keys)}.");

    /// <summary>An input by name; null when the case leaves it out.</summary>
    public Tensor? OptionalInput(string name) => Inputs.GetValueOrDefault(name);

    private static T Read<T>(string folder, Func<string, JsonDocument, T> read)
    {
        var path = Path.Combine(folder, "case.json");
        try
        {
            return read(folder, JsonDocument.Parse(File.ReadAllText(path)));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new UserException($"The case {path} cannot be read: {exception.Message}", exception);
        }
    }

    private JsonElement Property(string name) => _document.RootElement.GetProperty(name);

    private IReadOnlyDictionary<string, Tensor> Read(string name, bool required)
    {
        var path = Path.Combine(Folder, name + ".safetensors");
        return required || File.Exists(path) ? Checkpoints.Safetensors.Load(path) : new Dictionary<string, Tensor>();
    }
}
