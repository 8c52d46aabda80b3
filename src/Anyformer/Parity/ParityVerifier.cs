using System.Reflection;
using Anyformer.Torch;

namespace Anyformer.Parity;

/// <summary>What came of one case.</summary>
/// <param name="Case">The folder of the case.</param>
/// <param name="System">The system, empty when the case cannot be read.</param>
/// <param name="Passed">True when every output and gradient agrees within the case's tolerance.</param>
/// <param name="LargestError">The largest absolute difference found; null when it did not come to a comparison.</param>
/// <param name="Message">Why it failed, or how much was compared.</param>
public sealed record ParityOutcome(string Case, string System, bool Passed, double? LargestError, string Message);

/// <summary>Runs parity cases and compares, number by number.</summary>
public static class ParityVerifier
{
    private static readonly Lazy<Dictionary<string, ReferenceAdapter>> s_adapters = new(FindAdapters);

    /// <summary>The systems that have an adapter.</summary>
    public static IEnumerable<string> Systems => s_adapters.Value.Keys.Order(StringComparer.Ordinal);

    /// <summary>The folders with a <c>case.json</c> at or below a folder, in order.</summary>
    /// <exception cref="UserException">There is no such folder, or no case in it.</exception>
    public static IReadOnlyList<string> FindCases(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UserException($"The folder of cases '{folder}' does not exist.");
        string[] found = [.. Directory.EnumerateFiles(folder, "case.json", SearchOption.AllDirectories).Select(path => Path.GetDirectoryName(path)!)
            .Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : throw new UserException($"The folder '{folder}' holds no case: no case.json was found at or below it.");
    }

    /// <summary>How many cases of each system lie at or below a folder.</summary>
    /// <exception cref="UserException">There is no such folder, no case in it, or one that cannot be read.</exception>
    public static IReadOnlyDictionary<string, int> CountCases(string folder) =>
        FindCases(folder).CountBy(ParityCase.SystemOf).ToDictionary();

    /// <summary>Runs one case. Whatever goes wrong is its outcome, so that the others go on.</summary>
    public static ParityOutcome Verify(string folder)
    {
        var system = "";
        try
        {
            using var scope = new TensorScope();
            var parity = ParityCase.Read(folder);
            system = parity.System;
            if (!s_adapters.Value.TryGetValue(system, out var adapter))
                return new ParityOutcome(folder, system, false, null, $"the catalog knows no system '{system}'");
            var result = adapter.Run(parity);
            return Judge(parity, result);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new ParityOutcome(folder, system, false, null, exception.Message.ReplaceLineEndings(" "));
        }
    }

    private static ParityOutcome Judge(ParityCase parity, ParityResult result)
    {
        var comparison = new ParityComparison(parity.Tolerance.Absolute, parity.Tolerance.Relative);
        comparison.Compare("output", parity.Outputs, result.Outputs);
        comparison.Compare("gradient", parity.Gradients, result.Gradients);
        if (parity.Config.UnreadKeys.ToArray() is { Length: > 0 } unread)
            comparison.Fail($"the configuration keys {string.Join(", ", unread)} are not understood");
        return new ParityOutcome(parity.Folder, parity.System, comparison.Failures.Count == 0, comparison.LargestError,
            comparison.Failures.Count == 0 ? $"{parity.Outputs.Count} outputs, {parity.Gradients.Count} gradients" : string.Join("; ", comparison.Failures));
    }

    private static Dictionary<string, ReferenceAdapter> FindAdapters() => typeof(ParityVerifier).Assembly.GetTypes()
        .Select(type => (Type: type, Reference: type.GetCustomAttribute<ReferenceAttribute>(inherit: false)))
        .Where(found => found.Reference is not null)
        .ToDictionary(found => found.Reference!.System, found => (ReferenceAdapter)Activator.CreateInstance(found.Type, nonPublic: true)!);
}
