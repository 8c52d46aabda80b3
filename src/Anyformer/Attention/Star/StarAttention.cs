using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Star;

/// <summary>Every token asks its neighbours, itself, its embedding and the relay.</summary>
internal sealed class NeighbourAttention(TokenMixerShape shape) : Module
{
    private readonly int _heads = shape.Heads;

    private Linear QueryProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    private Linear KeyProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    private Linear ValueProjection { get; } = new(shape.Width, shape.Heads * shape.HeadWidth);

    private Linear OutputProjection { get; } = new(shape.Heads * shape.HeadWidth, shape.Width);

    /// <summary>What the tokens get.</summary>
    /// <param name="nodes">(batch, tokens, width).</param>
    /// <param name="embedded">The same before the first layer.</param>
    /// <param name="relay">(batch, 1, width).</param>
    public Tensor Call(Tensor nodes, Tensor embedded, Tensor relay)
    {
        using var scope = new TensorScope(this);
        var queries = Heads.Split(QueryProjection.Call(nodes), _heads).Unsqueeze(-2);
        Tensor Five(Linear map) => Seen(Heads.Split(map.Call(nodes), _heads), Heads.Split(map.Call(embedded), _heads), Heads.Split(map.Call(relay), _heads));
        var scores = (queries * Five(KeyProjection)).Sum([-1], keepdim: true) / Math.Sqrt(queries.Size(-1));
        var contexts = (scores.Softmax(-2) * Five(ValueProjection)).Sum([-2]);
        return scope.Keep(OutputProjection.Call(Heads.Join(contexts)));
    }

    /// <summary>The five keys, or values, of every token: (batch, heads, tokens, 5, head width). Beyond the ends there are zeros.</summary>
    private static Tensor Seen(Tensor nodes, Tensor embedded, Tensor relay)
    {
        var padded = nodes.ConstantPadNd([0, 0, 1, 1]);
        var tokens = nodes.Size(2);
        return Functional.Stack([padded.Narrow(2, 0, tokens), nodes, padded.Narrow(2, 2, tokens), embedded, relay.Expand([-1, -1, tokens, -1])], -2);
    }
}

/// <summary>The relay asks itself and all tokens.</summary>
internal sealed class RelayAttention(TokenMixerShape shape) : Module
{
    private MultiHeadAttention Attention { get; } = new(shape, new SoftmaxAttention());

    /// <summary>What the relay gets, (batch, 1, width).</summary>
    /// <param name="relay">(batch, 1, width).</param>
    /// <param name="nodes">(batch, tokens, width).</param>
    /// <param name="real">True where there is a token, (batch, tokens); null when all are.</param>
    public Tensor Call(Tensor relay, Tensor nodes, Tensor? real)
    {
        using var scope = new TensorScope(this);
        // The relay itself is never padding.
        var mask = real is null ? null : AttentionMask.OfKeys(Functional.Cat([real.NewOnes([real.Size(0), 1]), real], 1));
        return scope.Keep(Attention.Call(relay, Functional.Cat([relay, nodes], 1), mask));
    }
}
