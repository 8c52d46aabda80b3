using System.Text.Json;
using System.Text.Json.Serialization;

namespace Anyformer.Comparison;

/// <summary>
/// Comparison results as JSON, with camelCase names. It is safe inside an HTML script element: <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c>
/// and everything outside ASCII is escaped. Figures that are not finite are written as null.
/// </summary>
public static class ComparisonJson
{
    /// <summary>Writes <paramref name="result"/>, with its summaries.</summary>
    public static string Write(ComparisonResult result) => JsonSerializer.Serialize(result, ComparisonJsonContext.Default.ComparisonResult);

    /// <summary>Reads what <see cref="Write"/> wrote; the summaries are computed anew.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where the text is from, to be named in errors.</param>
    /// <exception cref="UserException">The text is not JSON, lacks a part, or names no metric.</exception>
    public static ComparisonResult Read(string json, string source)
    {
        try
        {
            var result = JsonSerializer.Deserialize(json, ComparisonJsonContext.Default.ComparisonResult);
            if (result is null || Items(result).Contains(null))
                throw new UserException($"{source} holds null where a comparison or one of its parts was expected.");
            return result.Experiment.Metrics.Count > 0
                ? result
                : throw new UserException($"{source} holds a comparison without a metric; expected at least the one that ranks.");
        }
        catch (JsonException exception)
        {
            throw new UserException($"{source} is not the JSON of a comparison: {exception.Message}", exception);
        }
    }

    /// <summary>The items of every list: the serializer refuses null as a property, but lets it pass as an item.</summary>
    private static IEnumerable<object?> Items(ComparisonResult result)
    {
        var experiment = result.Experiment;
        return new IEnumerable<object?>[]
        {
            experiment.Machine, experiment.Data.Splits, experiment.Metrics, result.Models, result.Forecasts,
            result.Models.SelectMany(model => model?.Seeds ?? []),
            result.Models.SelectMany(model => model?.Seeds ?? []).SelectMany(seed => seed?.Curve ?? []),
            result.Forecasts.SelectMany(sample => sample?.HistoryTimes ?? []),
            result.Forecasts.SelectMany(sample => sample?.TruthTimes ?? []),
            result.Forecasts.SelectMany(sample => sample?.Predictions ?? []),
        }.SelectMany(items => items);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(FiniteOrNullConverter)])]
[JsonSerializable(typeof(ComparisonResult))]
internal sealed partial class ComparisonJsonContext : JsonSerializerContext;

/// <summary>JSON has no NaN: a figure that is not finite is written as null, and null is read as NaN.</summary>
internal sealed class FiniteOrNullConverter : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}
