using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Anyformer.Training.Logging;

/// <summary>One line of a metrics log: <c>{"step":100,"epoch":1,"train/loss":0.31}</c>.</summary>
/// <param name="Step">The optimiser steps taken.</param>
/// <param name="Epoch">The epochs finished.</param>
/// <param name="Metrics">
/// Values by name, "step" and "epoch" being taken. What JSON has no number for is written as the strings "NaN", "Infinity" and "-Infinity".
/// </param>
public sealed record MetricsEntry(long Step, int Epoch, IReadOnlyDictionary<string, double> Metrics)
{
    private const string StepName = "step";
    private const string EpochName = "epoch";

    /// <summary>The entry as one line of JSON, in UTF-8, line feed included.</summary>
    internal byte[] ToLine()
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber(StepName, Step);
            json.WriteNumber(EpochName, Epoch);
            foreach (var (name, value) in Metrics)
                WriteMetric(json, name, value);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>The entry of a line, or null for a line that is none.</summary>
    internal static MetricsEntry? FromLine(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var metrics = json.RootElement.EnumerateObject().Where(member => member.Name is not (StepName or EpochName))
                .ToDictionary(member => member.Name, member => ReadMetric(member.Value));
            return new MetricsEntry(
                json.RootElement.GetProperty(StepName).GetInt64(), json.RootElement.GetProperty(EpochName).GetInt32(), metrics);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>True for what a torn line may begin with: a foreign file is then not taken for a log and cut.</summary>
    internal static bool CouldBegin(ReadOnlySpan<byte> torn)
    {
        var beginning = "{\"step\":"u8;
        return torn[..Math.Min(torn.Length, beginning.Length)].SequenceEqual(beginning[..Math.Min(torn.Length, beginning.Length)]);
    }

    private static void WriteMetric(Utf8JsonWriter json, string name, double value)
    {
        if (name is StepName or EpochName)
            throw new ArgumentException($"A metric cannot be called '{name}': every line has that name already.");
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
    }

    private static double ReadMetric(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? double.Parse(value.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
        : value.GetDouble();
}
