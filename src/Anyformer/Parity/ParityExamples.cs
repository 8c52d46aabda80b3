using System.Text.Json;

namespace Anyformer.Parity;

/// <summary>
/// What a reference implementation made of many examples, in one file <c>cases.json</c>, where nothing is a tensor: texts and their tokens.
/// </summary>
public sealed class ParityExamples
{
    /// <summary>The name of the file.</summary>
    internal const string FileName = "cases.json";

    private readonly JsonElement _root;

    private ParityExamples(string folder, JsonElement root)
    {
        (Folder, _root) = (folder, root);
        System = root.GetProperty("system").GetString() ?? throw new KeyNotFoundException("its system is null");
        Config = new ReferenceConfig(root.GetProperty("config"));
    }

    /// <summary>Where the examples lie.</summary>
    public string Folder { get; }

    /// <summary>The system whose adapter runs the examples.</summary>
    public string System { get; }

    /// <summary>The configuration under the reference's own argument names.</summary>
    public ReferenceConfig Config { get; }

    /// <summary>Examples of a kind, as they stand in the file; none when it has no such kind.</summary>
    public IReadOnlyList<JsonElement> Of(string kind) => _root.TryGetProperty(kind, out var list) ? [.. list.EnumerateArray()] : [];

    /// <summary>Reads the examples of a folder.</summary>
    /// <exception cref="UserException">The file is missing or malformed.</exception>
    public static ParityExamples Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new ParityExamples(folder, JsonDocument.Parse(File.ReadAllBytes(path)).RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new UserException($"The case {path} cannot be read: {exception.Message}", exception);
        }
    }
}
