using System.Text.Encodings.Web;
using System.Text.Json;
using Anyformer.Catalog;
using Anyformer.Recipes.Options;

namespace Anyformer.Cli.Reports;

/// <summary>The catalog as JSON: a list of methods.</summary>
public static class CatalogJson
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Some methods, with family path, paper, complexity, roles, claims, options, presets and what verifies them.</summary>
    public static string Of(IEnumerable<CatalogEntry> entries, ParityStatus parity) => JsonSerializer.Serialize(entries.Select(entry => new
    {
        entry.Id,
        entry.Name,
        entry.Family,
        entry.Year,
        entry.Paper,
        entry.Complexity,
        entry.Roles,
        Class = entry.Type.FullName,
        Claims = entry.Claims is { } claims
            ? new { claims.Growth, claims.Causal, claims.Padding, claims.FixedTokens, Leaks = claims.Leaks.ToString(), claims.Caveat }
            : null,
        Options = (entry.OptionsType is { } type ? OptionDescriber.Describe(type) : [])
            .Select(option => new { option.Key, option.Kind, option.Type, option.Default, option.Description }),
        Presets = entry.Presets.Keys,
        Parity = parity.System(entry) is { } system ? new { System = system, Cases = parity.Cases(entry) } : null,
    }), s_json);
}
