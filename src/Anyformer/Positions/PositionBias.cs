using Anyformer.Attention;

namespace Anyformer.Positions;

/// <summary>Positions as a change of scores: how a <see cref="ScoreModifier"/> that knows positions plays the role of a <see cref="PositionEncoding"/>.</summary>
public sealed class PositionBias(ScoreModifier modifier) : PositionEncoding
{
    /// <inheritdoc/>
    public override PositionPlace Place => PositionPlace.Scores;

    /// <summary>What changes the scores.</summary>
    public ScoreModifier Modifier { get; } = modifier;
}
