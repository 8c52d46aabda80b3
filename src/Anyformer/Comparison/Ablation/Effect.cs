namespace Anyformer.Comparison.Ablation;

/// <summary>What one value of a factor does to the error that ranks.</summary>
/// <param name="Factor">The factor.</param>
/// <param name="Level">Its value.</param>
/// <param name="Error">The error with it, over seeds, and in a grid over all values of the other factors.</param>
/// <param name="Difference">
/// The mean error with it less that of the recipe as it is, or in a grid less the mean over all combinations; below 0 is better.
/// </param>
/// <param name="Size">
/// The difference in standard deviations over seeds (Cohen's d, of groups pooled); NaN of a single seed. By custom 0.2 is small, 0.8 is large.
/// </param>
public sealed record Effect(string Factor, string Level, Statistic Error, double Difference, double Size)
{
    /// <summary>The share of a grid's variance between combinations that the factor alone explains (eta squared); NaN outside a grid.</summary>
    public double Share { get; init; } = double.NaN;

    /// <summary>The effects of values that were each tried alone.</summary>
    /// <param name="factors">What was varied.</param>
    /// <param name="base">The errors of the recipe as it is, one a seed.</param>
    /// <param name="errors">The errors of a factor's value, one a seed; none where it failed.</param>
    public static IReadOnlyList<Effect> OneAtATime(IReadOnlyList<Factor> factors, IReadOnlyList<double> @base, Func<Factor, string, IReadOnlyList<double>> errors) =>
        [.. from factor in factors
            from level in factor.Levels
            let found = errors(factor, level)
            let difference = Statistic.Of(found).Mean - Statistic.Of(@base).Mean
            select new Effect(factor.Key, level, Statistic.Of(found), difference, difference / Deviation([@base, found]))];

    /// <summary>The effects of values over all combinations with others; combinations that failed are left out.</summary>
    /// <param name="factors">What was varied.</param>
    /// <param name="variants">The combinations, each with its errors, one a seed.</param>
    public static IReadOnlyList<Effect> OfGrid(IReadOnlyList<Factor> factors, IReadOnlyList<(AblationVariant Variant, IReadOnlyList<double> Errors)> variants)
    {
        var done = variants.Where(variant => variant.Errors.Count > 0).ToArray();
        var deviation = Deviation([.. done.Select(variant => variant.Errors)]);
        var grand = Statistic.Of(done.Select(variant => Statistic.Of(variant.Errors).Mean)).Mean;
        return [.. factors.SelectMany(factor => OfFactor(factor, done, grand, deviation))];
    }

    private static IEnumerable<Effect> OfFactor(
        Factor factor, (AblationVariant Variant, IReadOnlyList<double> Errors)[] done, double grand, double deviation)
    {
        double Mean(IReadOnlyList<double> errors) => Statistic.Of(errors).Mean;
        var total = done.Sum(variant => Square(Mean(variant.Errors) - grand));
        var groups = factor.Levels.Select(level => done.Where(variant => variant.Variant.Level(factor) == level).ToArray()).ToArray();
        var between = groups.Where(group => group.Length > 0).Sum(group => group.Length * Square(group.Average(variant => Mean(variant.Errors)) - grand));
        return factor.Levels.Zip(groups, (level, group) =>
        {
            var error = Statistic.Of(group.SelectMany(variant => variant.Errors));
            return new Effect(factor.Key, level, error, error.Mean - grand, (error.Mean - grand) / deviation) { Share = total > 0 ? between / total : double.NaN };
        });
    }

    /// <summary>The standard deviation within groups, pooled; NaN when every group has one value.</summary>
    private static double Deviation(IReadOnlyList<IReadOnlyList<double>> groups)
    {
        var freedom = groups.Sum(group => Math.Max(0, group.Count - 1));
        var squares = groups.Where(group => group.Count > 1).Sum(group => group.Sum(value => Square(value - group.Average())));
        return freedom > 0 && squares > 0 ? Math.Sqrt(squares / freedom) : double.NaN;
    }

    private static double Square(double value) => value * value;
}
