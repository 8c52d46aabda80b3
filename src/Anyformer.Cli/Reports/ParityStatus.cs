using Anyformer.Catalog;
using Anyformer.Parity;

namespace Anyformer.Cli.Reports;

/// <summary>What verifies the methods of the catalog: the system of parity cases that runs them, and how many of its cases are at hand.</summary>
/// <param name="counts">Cases at hand, by system; null when there is no folder of cases.</param>
public sealed class ParityStatus(IReadOnlyDictionary<string, int>? counts)
{
    private readonly HashSet<string> _systems = [.. ParityVerifier.Systems];

    /// <summary>The systems alone, which need no folder.</summary>
    public static ParityStatus WithoutCases { get; } = new(null);

    /// <summary>With the cases of a folder; without any when it is null.</summary>
    /// <exception cref="UserException">There is no such folder, or no case in it.</exception>
    public static ParityStatus Of(string? folder) => folder is null ? WithoutCases : new ParityStatus(ParityVerifier.CountCases(folder));

    /// <summary>The system whose cases verify a method; null when no reference computes it.</summary>
    public string? System(CatalogEntry entry) => _systems.Contains(entry.System) ? entry.System : null;

    /// <summary>How many cases of its system are at hand; null when there is no folder, or no system.</summary>
    public int? Cases(CatalogEntry entry) => counts is null || System(entry) is not { } system ? null : counts.GetValueOrDefault(system);

    /// <summary>In words: <c>verified in positions (40 cases)</c>, since the cases of a system are of all the methods that it has.</summary>
    public string Describe(CatalogEntry entry) => (System(entry), Cases(entry)) switch
    {
        (null, _) => "no reference",
        ({ } system, null) => $"verified in {system}",
        ({ } system, { } cases) => $"verified in {system} ({cases} {(cases == 1 ? "case" : "cases")})",
    };
}
