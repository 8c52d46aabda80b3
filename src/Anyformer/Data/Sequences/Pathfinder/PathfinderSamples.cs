namespace Anyformer.Data.Sequences.Pathfinder;

/// <summary>Pathfinder pictures, each drawn when it is first asked for and then kept. A picture depends on the seed and its number alone.</summary>
/// <param name="options">The parameters of the pictures.</param>
/// <param name="seed">Decides the pictures.</param>
/// <param name="first">The number of the first picture, so that parts of one data set have none in common.</param>
/// <param name="count">How many there are.</param>
public sealed class PathfinderSamples(PathfinderOptions options, long seed, int first, int count) : SequenceSamples
{
    private readonly SequenceSample?[] _drawn = new SequenceSample?[count];

    /// <inheritdoc/>
    public override int Count => count;

    /// <inheritdoc/>
    public override SequenceSample this[int index] => _drawn[index] ??= Draw(new SplitMix(seed, first + index));

    private SequenceSample Draw(SplitMix random)
    {
        var picture = new PathfinderPicture(options, random);
        return new SequenceSample(picture.Bytes, picture.Label);
    }
}
