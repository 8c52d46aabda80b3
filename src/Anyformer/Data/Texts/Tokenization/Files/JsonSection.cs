using System.Text;
using System.Text.Json;
using Anyformer.Checkpoints;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>A part of an untrusted JSON file, which knows where it stands, so that what is wrong with it can be told.</summary>
internal readonly struct JsonSection
{
    private readonly JsonElement _element;
    private readonly string _file;

    private JsonSection(JsonElement element, string file, string path) => (_element, _file, Path) = (element, file, path);

    /// <summary>Where in the file it stands; empty for the whole.</summary>
    internal string Path { get; }

    /// <summary>True for null.</summary>
    internal bool IsNull => _element.ValueKind == JsonValueKind.Null;

    /// <summary>True for a text.</summary>
    internal bool IsText => _element.ValueKind == JsonValueKind.String;

    /// <summary>True for a list.</summary>
    internal bool IsList => _element.ValueKind == JsonValueKind.Array;

    /// <summary>True for an object.</summary>
    internal bool IsObject => _element.ValueKind == JsonValueKind.Object;

    /// <summary>The text.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal string Text => IsText ? TextOf(_element) : throw Wrong("a text");

    /// <summary>The integer.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal int Integer => _element.ValueKind == JsonValueKind.Number && _element.TryGetInt32(out var value) ? value : throw Wrong("an integer");

    /// <summary>The number.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal double Number => _element.ValueKind == JsonValueKind.Number && _element.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong("a number");

    /// <summary>The truth value.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal bool Flag => _element.ValueKind is JsonValueKind.True or JsonValueKind.False ? _element.GetBoolean() : throw Wrong("true or false");

    /// <summary>The character.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal Rune Character => Text.EnumerateRunes().ToArray() is [var only] ? only : throw Wrong("one character");

    /// <summary>The members of a list.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal IEnumerable<JsonSection> Items
    {
        get
        {
            var (file, path) = (_file, Path);
            return IsList ? _element.EnumerateArray().Select((item, place) => new JsonSection(item, file, $"{path}[{place}]")) : throw Wrong("a list");
        }
    }

    /// <summary>The members of an object, by name.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal IEnumerable<(string Name, JsonSection Value)> Members
    {
        get
        {
            var (file, path) = (_file, Path);
            return IsObject ? _element.EnumerateObject().Select(member => (NameOf(member, file), new JsonSection(member.Value, file, $"{path}.{member.Name}"))) : throw Wrong("an object");
        }
    }

    /// <summary>A member; null when it is left out, or is null.</summary>
    internal JsonSection? this[string name] => IsObject && _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
        ? new JsonSection(value, _file, Path.Length == 0 ? name : $"{Path}.{name}") : null;

    /// <summary>A member that has to be there.</summary>
    /// <exception cref="UserException">It is not.</exception>
    internal JsonSection Required(string name) => this[name] ?? throw Wrong($"an object with '{name}'");

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserException">It cannot be read, or is no JSON.</exception>
    internal static JsonSection Read(string path)
    {
        try
        {
            return new JsonSection(JsonDocument.Parse(File.ReadAllBytes(path)).RootElement, path, "");
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"'{path}' cannot be read as JSON ({Quoted.Text(problem.Message.TrimEnd('.'))}).", problem);
        }
    }

    /// <summary>What is wrong here.</summary>
    internal UserException Wrong(string expected) => new($"'{_file}': {(Path.Length == 0 ? "the file" : Quoted.Name(Path))} is {Shown()}, expected {expected}.");

    private static string NameOf(JsonProperty member, string file)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException problem)
        {
            throw new UserException($"'{file}' has a name that is no Unicode.", problem);
        }
    }

    private string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("Unicode");
        }
    }

    private string Shown() => _element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => Quoted.Text(RawText()),
    };

    private string RawText()
    {
        try
        {
            return _element.GetRawText();
        }
        catch (InvalidOperationException)
        {
            return "no Unicode";
        }
    }
}
