namespace Anyformer.Comparison;

/// <summary>What a classifier takes for what, on the test samples.</summary>
public sealed record Confusion
{
    /// <summary>The <see cref="ModelResult.Id"/> of the model.</summary>
    public required string Model { get; init; }

    /// <summary>The names of the classes.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>How many samples of a class (first) were said to be of another (second).</summary>
    public required IReadOnlyList<IReadOnlyList<long>> Counts { get; init; }

    /// <summary>The wrong answers that were the surest, the worst first.</summary>
    public required IReadOnlyList<Mistake> Mistakes { get; init; }
}

/// <summary>A wrong answer.</summary>
/// <param name="Name">What the sample is called.</param>
/// <param name="Truth">Its class.</param>
/// <param name="Said">The class that was said.</param>
/// <param name="Probability">The probability given to that.</param>
/// <param name="Picture">The sample as an image for a page, <c>data:image/png;base64,...</c>; null when there is none.</param>
public sealed record Mistake(string Name, string Truth, string Said, double Probability, string? Picture);
