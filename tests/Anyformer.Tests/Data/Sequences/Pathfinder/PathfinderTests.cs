using Anyformer.Data.Sequences;
using Anyformer.Data.Sequences.Pathfinder;

namespace Anyformer.Tests.Data.Sequences.Pathfinder;

public sealed class PathfinderTests
{
    [Theory]
    [InlineData(32, PathfinderDifficulty.Hard, 4)]
    [InlineData(32, PathfinderDifficulty.Easy, 4)]
    [InlineData(64, PathfinderDifficulty.Intermediate, 2)]
    [InlineData(128, PathfinderDifficulty.Hard, 1)]
    [InlineData(256, PathfinderDifficulty.Easy, 1)]
    public void ContoursAreSmoothAndApart(int size, PathfinderDifficulty difficulty, int pictures)
    {
        var options = PathfinderOptions.Of(size, difficulty);
        foreach (var seed in Enumerable.Range(0, pictures))
        {
            var contours = new PathfinderPicture(options, new SplitMix(seed)).Contours;
            foreach (var contour in contours)
            {
                Assert.Equal(options.ContourLength, contour.Count);
                foreach (var (one, next) in contour.Zip(contour.Skip(1)))
                {
                    var margin = one.Pivot.DistanceTo(one.Tail);
                    Assert.Contains((int)Math.Round(margin), options.PaddleMargins);
                    Assert.Equal(options.PaddleLength + 2 * margin, one.Pivot.DistanceTo(next.Pivot), 1e-6);
                    Assert.Equal(options.PaddleLength, one.Tail.DistanceTo(one.Head), 1e-6);
                    Assert.InRange(Math.Cos(one.Angle - next.Angle), 0, 1);
                }
            }

            var nearest = contours[0].Min(one => contours[1].Min(other => Distance(one, other)));
            Assert.True(nearest > options.PaddleThickness, $"the contours come as near as {nearest:0.00} pixels");
        }
    }

    [Fact]
    public void MarkersLieOnOneContourOrOnBoth()
    {
        var options = PathfinderOptions.Of(32, PathfinderDifficulty.Hard);
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var picture = new PathfinderPicture(options, new SplitMix(seed));
            var from = picture.Contours.Single(contour => contour[0].Tail == picture.Markers[0]);
            var to = picture.Contours.Single(contour => contour[^1].Head == picture.Markers[1]);
            Assert.Equal(picture.Label == 1, from == to);
            Assert.All(picture.Markers, marker =>
                Assert.Equal(255, picture.Bytes[(int)Math.Round(marker.Y) * 32 + (int)Math.Round(marker.X)]));
        }
    }

    [Fact]
    public void LabelsAreEvenAndPicturesAreMostlyBlack()
    {
        var samples = new PathfinderSamples(PathfinderOptions.Of(32, PathfinderDifficulty.Hard), seed: 5, first: 0, count: 100);
        var drawn = Enumerable.Range(0, 100).AsParallel().AsOrdered().Select(i => samples[i]).ToArray();
        Assert.InRange(drawn.Count(sample => sample.Label == 1), 35, 65);
        Assert.All(drawn, sample =>
        {
            Assert.Equal(32 * 32, sample.Symbols.Length);
            Assert.InRange(sample.Symbols.Count(value => value > 80), 60, 250);
            Assert.InRange(sample.Symbols.Count(value => value == 0), 400, 900);
            Assert.InRange(sample.Symbols.Count(value => value == 255), 9, 30);
        });
        Assert.Same(samples[7], samples[7]);
        Assert.Equal(drawn[7].Symbols, new PathfinderSamples(PathfinderOptions.Of(32, PathfinderDifficulty.Hard), 5, 7, 1)[0].Symbols);
    }

    [Fact]
    public void APaddleIsBrightAlongItsLineAndItsMaskIsWider()
    {
        var options = PathfinderOptions.Of(64, PathfinderDifficulty.Hard);
        var paddle = Paddle.FromPivot(options, margin: 1, new Point(10, 10), angle: 0);
        Assert.Equal((10.0, 11.0, 16.0), (paddle.Tail.Y, paddle.Tail.X, paddle.Head.X));
        float At(float[] picture, int y, int x) => picture[(y - paddle.Top) * paddle.Width + x - paddle.Left];
        var line = paddle.DrawLine();
        Assert.InRange(At(line, 10, 13), 0.8, 1);
        Assert.Equal(At(line, 9, 13), At(line, 11, 13), 1e-5);
        Assert.InRange(At(line, 12, 13), 0, 0.1);
        Assert.InRange(At(paddle.Mask, 11, 13), 0.9, 1);
        Assert.InRange(At(paddle.Mask, 13, 13), 0, 0.1);
    }

    [Fact]
    public void TheParametersAreThePublishedOnes()
    {
        var options = PathfinderOptions.Of(32, PathfinderDifficulty.Hard);
        Assert.Equal((14, 4, 5, 7), (options.ContourLength, options.DistractorLength, options.Distractors, options.SeedDistance));
        Assert.Equal([6, 9, 14], Enum.GetValues<PathfinderDifficulty>().Select(difficulty => PathfinderOptions.Of(64, difficulty).ContourLength));
        Assert.Equal("Pathfinder pictures have 32, 64, 128, 256 pixels a side, found 48.",
            Assert.Throws<UserException>(() => PathfinderOptions.Of(48, PathfinderDifficulty.Easy)).Message);
    }

    private static double Distance(Paddle one, Paddle other) => new[]
    {
        one.Tail.DistanceTo(other.Tail, other.Head), one.Head.DistanceTo(other.Tail, other.Head),
        other.Tail.DistanceTo(one.Tail, one.Head), other.Head.DistanceTo(one.Tail, one.Head),
    }.Min();
}
