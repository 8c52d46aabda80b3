using System.Reflection;
using Anyformer.Torch;

namespace Anyformer.Parity;

/// <summary>What came of one case.</summary>
/// <param name="Case">The folder of the case.</param>
/// <param name="System">The system, empty when the case cannot be read.</param>
/// <param name="Passed">True when every output and gradient agrees within the case's tolerance.</param>
/// <param name="LargestError">The largest absolute difference found; null when it did not come to a comparison, or what differs are texts.</param>
/// <param name="Message">Why it failed, or how much was compared.</param>
public sealed record ParityOutcome(string Case, string System, bool Passed, double? LargestError, string Message);

/// <summary>Runs parity cases and compares, number by number.</summary>
public static class ParityVerifier
{
    private static readonly Lazy<Dictionary<string, ReferenceAdapter>> s_adapters = new(FindAdapters<ReferenceAdapter>);
    private static readonly Lazy<Dictionary<string, ExamplesAdapter>> s_examplesAdapters = new(FindAdapters<ExamplesAdapter>);

    /// <summary>The systems that have an adapter.</summary>
    public static IEnumerable<string> Systems => s_adapters.Value.Keys.Concat(s_examplesAdapters.Value.Keys).Order(StringComparer.Ordinal);

    /// <summary>The folders with a <c>case.json</c> or a <c>cases.json</c> at or below a folder, in order.</summary>
    /// <exception cref="UserException">There is no such folder, or no case in it.</exception>
    public static IReadOnlyList<string> FindCases(string folder)
    {
        if (!Directory.Exists(folder))
            throw new UserException($"The folder of cases '{folder}' does not exist.");
        string[] found = [.. Directory.EnumerateFiles(folder, "case*.json", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) is "case.json" or ParityExamples.FileName)
            .Select(path => Path.GetDirectoryName(path)!).Distinct().Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : throw new UserException($"The folder '{folder}' holds no case: no case.json was found at or below it.");
    }

    /// <summary>How many cases of each system lie at or below a folder.</summary>
    /// <exception cref="UserException">There is no such folder, no case in it, or one that cannot be read.</exception>
    public static IReadOnlyDictionary<string, int> CountCases(string folder) =>
        FindCases(folder).CountBy(found => HoldsExamples(found) ? ParityExamples.Read(found).System : ParityCase.SystemOf(found)).ToDictionary();

    /// <summary>Runs one case. Whatever goes wrong is its outcome, so that the others go on.</summary>
    public static ParityOutcome Verify(string folder)
    {
        var system = "";
        try
        {
            if (HoldsExamples(folder))
                return VerifyExamples(folder, ref system);
            using var scope = new TensorScope();
            var parity = ParityCase.Read(folder);
            system = parity.System;
            if (!s_adapters.Value.TryGetValue(system, out var adapter))
                return Unknown(folder, system);
            var result = adapter.Run(parity);
            return Judge(parity, result);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new ParityOutcome(folder, system, false, null, exception.Message.ReplaceLineEndings(" "));
        }
    }

    private static bool HoldsExamples(string folder) => File.Exists(Path.Combine(folder, ParityExamples.FileName));

    private static ParityOutcome Unknown(string folder, string system) => new(folder, system, false, null, $"the catalog knows no system '{system}'");

    private static ParityOutcome VerifyExamples(string folder, ref string system)
    {
        var examples = ParityExamples.Read(folder);
        system = examples.System;
        if (!s_examplesAdapters.Value.TryGetValue(system, out var adapter))
            return Unknown(folder, system);
        var verdict = new ExamplesVerdict();
        adapter.Run(examples, verdict);
        if (examples.Config.UnreadKeys.ToArray() is { Length: > 0 } unread)
            verdict.Fail(NotUnderstood(unread));
        // Texts agree or do not: there is no error between.
        return verdict.Failed == 0 ? new ParityOutcome(folder, system, true, 0, $"{verdict.Compared} values")
            : new ParityOutcome(folder, system, false, null, $"{verdict.Failed} of {verdict.Compared} values: {string.Join("; ", verdict.Failures)}");
    }

    private static string NotUnderstood(string[] unread) => $"the configuration keys {string.Join(", ", unread)} are not understood";

    private static ParityOutcome Judge(ParityCase parity, ParityResult result)
    {
        var comparison = new ParityComparison(parity.Tolerance.Absolute, parity.Tolerance.Relative);
        comparison.Compare("output", parity.Outputs, result.Outputs);
        comparison.Compare("gradient", parity.Gradients, result.Gradients);
        if (parity.Config.UnreadKeys.ToArray() is { Length: > 0 } unread)
            comparison.Fail(NotUnderstood(unread));
        return new ParityOutcome(parity.Folder, parity.System, comparison.Failures.Count == 0, comparison.LargestError,
            comparison.Failures.Count == 0 ? $"{parity.Outputs.Count} outputs, {parity.Gradients.Count} gradients" : string.Join("; ", comparison.Failures));
    }

    private static Dictionary<string, T> FindAdapters<T>() => typeof(ParityVerifier).Assembly.GetTypes()
        .Select(type => (Type: type, Reference: type.GetCustomAttribute<ReferenceAttribute>(inherit: false)))
        .Where(found => found.Reference is not null && found.Type.IsAssignableTo(typeof(T)))
        .ToDictionary(found => found.Reference!.System, found => (T)Activator.CreateInstance(found.Type, nonPublic: true)!);
}
