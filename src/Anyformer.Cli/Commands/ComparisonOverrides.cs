namespace Anyformer.Cli.Commands;

/// <summary>What <c>--set</c> says in a comparison: keys of the recipe that all models share, or options of one of them.</summary>
internal static class ComparisonOverrides
{
    /// <summary>What an assignment is about: a section of the recipe, or a model.</summary>
    public static string FirstKey(string assignment) => assignment.Split('.', '=')[0].Trim();

    /// <summary>Refuses what the comparison decides itself and would be set without effect.</summary>
    /// <param name="assignment">A key of the recipe and its value.</param>
    /// <param name="ownOptions">Keys that the comparison has an option for, with that option.</param>
    /// <returns>The assignment.</returns>
    /// <exception cref="UserException">It is for one of these keys.</exception>
    public static string Allowed(string assignment, IReadOnlyDictionary<string, string> ownOptions)
    {
        var key = assignment.Split('=')[0].Trim();
        foreach (var (own, option) in ownOptions)
            if (key == own || key.StartsWith(own + ".", StringComparison.Ordinal))
                throw new UserException($"The override '{assignment}' has no say in a comparison: use {option}.");
        return assignment;
    }
}
