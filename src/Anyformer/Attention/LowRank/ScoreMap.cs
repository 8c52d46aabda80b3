using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LowRank;

/// <summary>Makes the scores of a <see cref="Synthesizer"/>: (batch, tokens, width) to (batch or 1, heads, tokens, tokens).</summary>
internal abstract class ScoreMap : TensorModule
{
    /// <summary>The map of a kind.</summary>
    internal static ScoreMap Of(Synthesis kind, TokenMixerShape shape, SynthesizerOptions options) => kind switch
    {
        Synthesis.Dense => new DenseScores(shape),
        Synthesis.FactorizedDense => new FactorizedDenseScores(shape, options),
        Synthesis.Random => new RandomScores(shape, options.TrainableRandom),
        Synthesis.FactorizedRandom => new FactorizedRandomScores(shape, options),
        Synthesis.DotProduct => new DotProductScores(shape),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>A trained table, or one that stays as drawn: N(0, 1 / width).</summary>
    private protected static Parameter Draw(long width, params ReadOnlySpan<long> shape) =>
        Initialization.Normal(Parameter.Empty(shape), 0, 1 / Math.Sqrt(width));
}

/// <summary><c>relu(x W + b) W_h + b_h</c>: of every token a score for every place.</summary>
internal sealed class DenseScores(TokenMixerShape shape) : ScoreMap
{
    private Linear Hidden { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    /// <summary>(heads, head width, most tokens).</summary>
    private Parameter Weight { get; } = Draw(shape.HeadWidth, shape.Heads, shape.HeadWidth, shape.Tokens);

    /// <summary>(heads, most tokens).</summary>
    private Parameter Bias { get; } = Initialization.Constant(Parameter.Empty(shape.Heads, shape.Tokens), 0);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var hidden = Heads.Split(Hidden.Call(input).Relu(), shape.Heads);
        return hidden.MatMul(Weight.Narrow(2, 0, input.Size(1))) + Bias.Narrow(1, 0, input.Size(1)).Unsqueeze(1);
    }
}

/// <summary>Of every token a row that is tiled and one whose elements are repeated; the score of place j is <c>A[j mod a] C[j div a]</c>.</summary>
internal sealed class FactorizedDenseScores : ScoreMap
{
    private readonly int _heads;

    /// <summary>Rows whose lengths multiply to no fewer than the tokens.</summary>
    /// <exception cref="UserException">They do not.</exception>
    internal FactorizedDenseScores(TokenMixerShape shape, SynthesizerOptions options)
    {
        var tiled = options.TiledLength ?? (int)Math.Ceiling(Math.Sqrt(shape.Tokens));
        var repeated = options.RepeatedLength ?? (shape.Tokens + tiled - 1) / tiled;
        if ((long)tiled * repeated < shape.Tokens)
            throw new UserException(
                $"The lengths of the factors of a dense synthesizer must multiply to {shape.Tokens} tokens or more, found {tiled} and {repeated}.");
        _heads = shape.Heads;
        Tiled = new Linear(shape.Width, shape.Heads * tiled);
        Repeated = new Linear(shape.Width, shape.Heads * repeated);
    }

    private Linear Tiled { get; }

    private Linear Repeated { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var (tiled, repeated) = (Heads.Split(Tiled.Call(input), _heads), Heads.Split(Repeated.Call(input), _heads));
        return (repeated.Unsqueeze(-1) * tiled.Unsqueeze(-2)).Flatten(-2).Narrow(-1, 0, input.Size(1));
    }
}

/// <summary>A table of scores that no token has a say in.</summary>
internal sealed class RandomScores : ScoreMap
{
    /// <summary>A table of N(0, 1) numbers.</summary>
    internal RandomScores(TokenMixerShape shape, bool isTrained)
    {
        var drawn = Draw(1, shape.Heads, shape.Tokens, shape.Tokens);
        Trained = isTrained ? drawn : null;
        Fixed = isTrained ? null : drawn.Detach().OutliveScopes();
    }

    /// <summary>(heads, most tokens, most tokens).</summary>
    [StateName("table")]
    private Parameter? Trained { get; }

    [Buffer, StateName("table")]
    private Tensor? Fixed { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        (Trained ?? Fixed!).Narrow(1, 0, input.Size(1)).Narrow(2, 0, input.Size(1)).Unsqueeze(0);
}

/// <summary>A table of scores of a low rank that no token has a say in.</summary>
internal sealed class FactorizedRandomScores(TokenMixerShape shape, SynthesizerOptions options) : ScoreMap
{
    private readonly Parameter _rows = Draw(options.Rank, shape.Heads, shape.Tokens, options.Rank);
    private readonly Parameter _columns = Draw(1, shape.Heads, options.Rank, shape.Tokens);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        _rows.Narrow(1, 0, input.Size(1)).MatMul(_columns.Narrow(2, 0, input.Size(1))).Unsqueeze(0);
}

/// <summary>Products of queries and keys over the root of the head width.</summary>
internal sealed class DotProductScores(TokenMixerShape shape) : ScoreMap
{
    private Linear QueryProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    private Linear KeyProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var (queries, keys) = (Heads.Split(QueryProjection.Call(input), shape.Heads), Heads.Split(KeyProjection.Call(input), shape.Heads));
        return (queries * (1 / Math.Sqrt(shape.HeadWidth))).MatMul(keys.Transpose(-2, -1));
    }
}
