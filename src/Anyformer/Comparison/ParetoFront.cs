namespace Anyformer.Comparison;

/// <summary>The choices that cannot be improved in one respect without losing in another; both respects are better when lower.</summary>
public static class ParetoFront
{
    /// <summary>
    /// The members of the front of <paramref name="points"/>, by rising <paramref name="first"/>. A point with a figure that is
    /// not finite is never a member; points that agree in both figures are members together.
    /// </summary>
    public static IReadOnlyList<T> Of<T>(IEnumerable<T> points, Func<T, double> first, Func<T, double> second)
    {
        var front = new List<T>();
        foreach (var point in Sorted(points, first, second))
            if (front.Count == 0 || second(point) < second(front[^1]) || Agrees(point, front[^1]))
                front.Add(point);
        return front;

        bool Agrees(T point, T member) => first(point) == first(member) && second(point) == second(member);
    }

    private static IEnumerable<T> Sorted<T>(IEnumerable<T> points, Func<T, double> first, Func<T, double> second) => points
        .Where(point => double.IsFinite(first(point)) && double.IsFinite(second(point)))
        .OrderBy(first).ThenBy(second);
}
