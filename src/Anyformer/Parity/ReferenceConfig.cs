using System.Text.Json;

namespace Anyformer.Parity;

/// <summary>
/// A configuration under the reference's own argument names. Every key must be read, or declared to be without effect: a key that an adapter
/// does not know is an option that it would silently ignore.
/// </summary>
/// <param name="values">A JSON object.</param>
/// <param name="source">Where it comes from, for messages; null for a case.</param>
public sealed class ReferenceConfig(JsonElement values, string? source = null)
{
    private readonly HashSet<string> _read = [];

    /// <summary>The keys that nobody has read.</summary>
    public IEnumerable<string> UnreadKeys => values.EnumerateObject().Select(property => property.Name).Where(name => !_read.Contains(name));

    /// <summary>True when the configuration names the key and gives it a value.</summary>
    public bool Has(string key) => Find(key) is { ValueKind: not JsonValueKind.Null };

    /// <summary>True when the configuration names the key, be it without a value.</summary>
    public bool Names(string key) => Find(key) is not null;

    /// <summary>An integer.</summary>
    public int Int(string key) => Value(key, element => element.GetInt32());

    /// <summary>An integer, or what the reference takes when the key is left out.</summary>
    public int Int(string key, int otherwise) => Has(key) ? Int(key) : otherwise;

    /// <summary>A real number.</summary>
    public double Double(string key) => Value(key, element => element.GetDouble());

    /// <summary>A real number, or what the reference takes when the key is left out.</summary>
    public double Double(string key, double otherwise) => Has(key) ? Double(key) : otherwise;

    /// <summary>A truth value; the references write it as true, 1 or 0 alike.</summary>
    public bool Bool(string key) => Value(key, element => element.ValueKind == JsonValueKind.Number ? element.GetDouble() != 0 : element.GetBoolean());

    /// <summary>A truth value, or what the reference takes when the key is left out.</summary>
    public bool Bool(string key, bool otherwise) => Has(key) ? Bool(key) : otherwise;

    /// <summary>A text.</summary>
    public string String(string key) => Value(key, element => element.GetString()!);

    /// <summary>A text, or what the reference takes when the key is left out.</summary>
    public string String(string key, string otherwise) => Has(key) ? String(key) : otherwise;

    /// <summary>A list of integers.</summary>
    public int[] Ints(string key) => Value(key, element => element.EnumerateArray().Select(item => item.GetInt32()).ToArray());

    /// <summary>Anything else, as it stands in the file.</summary>
    public JsonElement Json(string key) => Value(key, element => element);

    /// <summary>Declares keys that have no effect in the reference.</summary>
    public void WithoutEffect(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            _read.Add(key);
    }

    private JsonElement? Find(string key)
    {
        _read.Add(key);
        return values.TryGetProperty(key, out var value) ? value : null;
    }

    private T Value<T>(string key, Func<JsonElement, T> read)
    {
        var element = Find(key) ?? throw new UserException($"{source ?? "The configuration of the case"} has no key '{key}'.");
        try
        {
            return read(element);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw new UserException($"The key '{key}' of {source ?? "the case's configuration"} should be of type {typeof(T).Name}, found {element}.", exception);
        }
    }
}
