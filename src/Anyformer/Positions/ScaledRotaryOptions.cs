using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Positions;

/// <summary>Options of rotary positions for samples that are longer than those of training.</summary>
public sealed record ScaledRotaryOptions : RotaryPositionsOptions
{
    /// <summary>How many times as long as in training samples may be.</summary>
    [Description("how many times as long as in training samples may be"), Range(1.0, 1e6)]
    public double Factor { get; init; } = 2;

    /// <summary>Tokens of a sample in training.</summary>
    [Description("tokens of a sample in training"), Range(1, 1 << 30)]
    public int TrainedTokens { get; init; } = 2048;
}
