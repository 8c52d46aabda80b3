using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Anyformer.Attention.LowRank;

/// <summary>Ways to make a map of scores.</summary>
public enum Synthesis
{
    /// <summary>Of every token alone, by a small network with an output for every place.</summary>
    Dense,

    /// <summary>Of every token alone, as a product of two shorter rows.</summary>
    FactorizedDense,

    /// <summary>A table, the same for every sample.</summary>
    Random,

    /// <summary>A table of a low rank, the same for every sample.</summary>
    FactorizedRandom,

    /// <summary>Products of queries and keys, as in a Transformer.</summary>
    DotProduct,
}

/// <summary>Options of <see cref="Synthesizer"/>.</summary>
public sealed record SynthesizerOptions
{
    /// <summary>The maps, mixed by learned weights when there are several.</summary>
    [Description("maps of scores, mixed by learned weights when there are several: dense, factorized-dense, random, factorized-random, dot-product")]
    public ValueList<Synthesis> Maps { get; init; } = [Synthesis.Dense];

    /// <summary>Rank of a factorized random table.</summary>
    [Description("rank of a factorized random table"), Range(1, 1 << 20)]
    public int Rank { get; init; } = 8;

    /// <summary>Length of the row of a factorized dense map that is repeated as a whole; null for the root of the tokens.</summary>
    [Description("length of the row of a factorized dense map that is repeated as a whole; the root of the tokens unless given"), Range(1, 1 << 20)]
    public int? TiledLength { get; init; }

    /// <summary>Length of the row of a factorized dense map whose elements are repeated; null for as many as cover the tokens.</summary>
    [Description("length of the row of a factorized dense map whose elements are repeated; what covers the tokens unless given"), Range(1, 1 << 20)]
    public int? RepeatedLength { get; init; }

    /// <summary>Whether random tables are trained; otherwise they stay as drawn.</summary>
    [Description("random tables are trained instead of staying as drawn")]
    public bool TrainableRandom { get; init; } = true;
}
