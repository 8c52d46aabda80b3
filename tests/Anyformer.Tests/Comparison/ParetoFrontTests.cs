using Anyformer.Comparison;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Comparison;

public class ParetoFrontTests
{
    /// <summary>Few distinct values, so that ties and duplicates are common.</summary>
    private static readonly Gen<(double X, double Y)[]> Points =
        Gen.Choose(0, 6).Zip(Gen.Choose(0, 6)).Select(pair => ((double)pair.Item1, (double)pair.Item2)).ArrayOf();

    [Fact]
    public void NoMemberIsDominatedAndEveryOtherPointIs() => Property.Holds(Points, points =>
    {
        var front = Front(points);
        Assert.All(front, member => Assert.DoesNotContain(points, other => Dominates(other, member)));
        Assert.All(points.Except(front), point => Assert.Contains(front, member => Dominates(member, point)));
    }, runs: 300);

    [Fact]
    public void PointsThatAgreeAreMembersTogether() => Property.Holds(Points, points =>
        Assert.Equal(points.Count(Front(points).Contains), Front(points).Count));

    [Fact]
    public void TheFrontRisesInTheFirstAndFallsInTheSecond() => Assert.Equal(
        [(1.0, 9.0), (2.0, 4.0), (5.0, 1.0)],
        Front([(5, 1), (2, 4), (3, 4), (1, 9), (2, 7), (6, 1)]));

    [Fact]
    public void UndefinedPointsAreNeverMembers() =>
        Assert.Equal([(3.0, 3.0)], Front([(double.NaN, 0), (0, double.NaN), (0, double.PositiveInfinity), (3, 3)]));

    private static IReadOnlyList<(double X, double Y)> Front((double X, double Y)[] points) =>
        ParetoFront.Of(points, point => point.X, point => point.Y);

    private static bool Dominates((double X, double Y) a, (double X, double Y) b) => a.X <= b.X && a.Y <= b.Y && a != b;
}
