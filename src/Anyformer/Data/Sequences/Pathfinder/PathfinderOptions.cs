namespace Anyformer.Data.Sequences.Pathfinder;

/// <summary>How hard the pictures are: how long the two contours are.</summary>
public enum PathfinderDifficulty
{
    /// <summary>Contours of 6 paddles.</summary>
    Easy,

    /// <summary>Contours of 9 paddles.</summary>
    Intermediate,

    /// <summary>Contours of 14 paddles: what the paper of the Long Range Arena measures.</summary>
    Hard,
}

/// <summary>
/// The parameters of a Pathfinder picture (Linsley et al., NeurIPS 2018, arXiv 1805.08315; Kim et al., ICLR 2020, arXiv 1906.01558), in pixels.
/// </summary>
public sealed record PathfinderOptions
{
    /// <summary>Pixels of a side.</summary>
    public required int Size { get; init; }

    /// <summary>Paddles of each of the two contours.</summary>
    public required int ContourLength { get; init; }

    /// <summary>Free pixels around a paddle; drawn from these for each picture.</summary>
    public required ValueList<int> PaddleMargins { get; init; }

    /// <summary>Length of a paddle.</summary>
    public required int PaddleLength { get; init; }

    /// <summary>Thickness of a paddle.</summary>
    public required double PaddleThickness { get; init; }

    /// <summary>What the brightness of a paddle is multiplied by: the contrast of its contour times its own.</summary>
    public required double PaddleContrast { get; init; }

    /// <summary>Radius of the two discs.</summary>
    public required double MarkerRadius { get; init; }

    /// <summary>Distance between the beginnings of the two contours.</summary>
    public required int SeedDistance { get; init; }

    /// <summary>How straight a contour goes: the turn of the next paddle times this is an angle whose cosine, squared, is its weight.</summary>
    public required double Continuity { get; init; }

    /// <summary>How many distractor contours there are.</summary>
    public required int Distractors { get; init; }

    /// <summary>Paddles of a distractor contour.</summary>
    public int DistractorLength => ContourLength / 3;

    /// <summary>The sizes that the generator of the Long Range Arena knows.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [32, 64, 128, 256];

    /// <summary>
    /// The parameters that the Long Range Arena's pictures of a size were made with. Where its description of the greater sizes names none, they are
    /// those of the size before.
    /// </summary>
    /// <exception cref="UserException">There are no pictures of that size.</exception>
    public static PathfinderOptions Of(int size, PathfinderDifficulty difficulty)
    {
        var length = difficulty switch { PathfinderDifficulty.Easy => 6, PathfinderDifficulty.Intermediate => 9, _ => 14 };
        var small = new PathfinderOptions
        {
            Size = 32,
            ContourLength = length,
            PaddleMargins = [1],
            PaddleLength = 2,
            PaddleThickness = 0.5,
            PaddleContrast = 2 * 0.75,
            MarkerRadius = 1.5,
            SeedDistance = 7,
            Continuity = 1,
            Distractors = 20 / 4,
        };
        var middle = small with
        {
            Size = 64,
            PaddleLength = 5,
            PaddleThickness = 1,
            PaddleContrast = 0.8,
            MarkerRadius = 2.5,
            SeedDistance = 12,
            Continuity = 1.8,
            Distractors = 22 / (length / 3),
        };
        var large = middle with
        {
            Size = 128,
            PaddleMargins = [2, 3],
            PaddleThickness = 1.5,
            PaddleContrast = 0.9,
            MarkerRadius = 3,
            SeedDistance = 20,
            Distractors = 35 / (length / 3),
        };
        return size switch
        {
            32 => small,
            64 => middle,
            128 => large,
            256 => large with { Size = 256, PaddleMargins = [3], PaddleThickness = 2, MarkerRadius = 5, Distractors = 30 / (length / 3) },
            _ => throw new UserException($"Pathfinder pictures have {string.Join(", ", Sizes)} pixels a side, found {size}."),
        };
    }
}
