using Anyformer.Attention.Windows;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Mixed;

/// <summary>The sizes of a <see cref="CausalLongShortAttention"/>.</summary>
/// <param name="Width">Width of a token.</param>
/// <param name="Heads">Heads side by side.</param>
/// <param name="ChunkSize">Tokens of a chunk.</param>
/// <param name="ChunkRank">Weighted sums of a chunk that later chunks see.</param>
/// <param name="Window">Tokens up to its own that a token sees one by one.</param>
/// <param name="Bias">Whether the projections have biases.</param>
/// <param name="Dropout">Probability of dropout on the result.</param>
public sealed record CausalLongShortShape(int Width, int Heads, int ChunkSize, int ChunkRank, int Window, bool Bias = false, double Dropout = 0);

/// <summary>
/// The causal form of long-short attention: one softmax over the last tokens and over a few weighted sums of every chunk of tokens that has ended, both
/// with relative positions; the tokens of the segment before are remembered (Zhu et al., NeurIPS 2021, arXiv 2107.02192, section 3.3).
/// </summary>
public sealed class CausalLongShortAttention : Module
{
    private readonly CausalLongShortShape _shape;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public CausalLongShortAttention(CausalLongShortShape shape)
    {
        _shape = shape;
        var (width, bias) = (shape.Width, shape.Bias);
        var headWidth = new TokenMixerShape(0, width, shape.Heads).HeadWidth;
        QueryProjection = new Linear(width, width, bias);
        KeyProjection = new Linear(width, width, bias);
        ValueProjection = new Linear(width, width, bias);
        OutputProjection = new Linear(width, width, bias);
        ChunkWeights = new Linear(width, shape.Heads * shape.ChunkRank);
        ChunkNorm = new LayerNorm(width);
        WindowNorm = new LayerNorm(width);
        WindowPositions = new Linear(width, width, bias: false);
        ChunkPositions = new Linear(width, width);
        ContentBias = Initialization.Constant(Parameter.Empty(1, shape.Heads, 1, headWidth), 0);
        PositionBias = Initialization.Constant(Parameter.Empty(1, shape.Heads, 1, headWidth), 0);
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private Linear ChunkWeights { get; }

    private LayerNorm ChunkNorm { get; }

    private LayerNorm WindowNorm { get; }

    private Linear WindowPositions { get; }

    private Linear ChunkPositions { get; }

    /// <summary>(1, heads, 1, head width), added to queries that meet keys of the window.</summary>
    private Parameter ContentBias { get; }

    /// <summary>(1, heads, 1, head width), added to queries that meet distances in the window.</summary>
    private Parameter PositionBias { get; }

    private Dropout Dropout { get; }

    /// <summary>The mixed tokens, (batch, tokens, width).</summary>
    /// <param name="tokens">(batch, tokens, width), whole chunks.</param>
    /// <param name="memory">The tokens of the segment before, (batch, remembered, width), whole chunks and no fewer than the window.</param>
    /// <param name="windowDistances">Vectors of the distances in the window, from the furthest to 0, (window, width).</param>
    /// <param name="chunkDistances">Vectors of the distances in sums of chunks, from the furthest to 0, (sums of memory and tokens, width).</param>
    public Tensor Call(Tensor tokens, Tensor memory, Tensor windowDistances, Tensor chunkDistances)
    {
        using var scope = new TensorScope(this);
        var (keys, values) = (KeyProjection.Call(tokens), ValueProjection.Call(tokens));
        var last = memory[.., ^_shape.Window..];
        // A token sees its own place and those before: of the remembered tokens one less than the window.
        Tensor Windowed(Linear projection, Tensor own) =>
            Heads.Split(WindowNorm.Call(Functional.Cat([projection.Call(last)[.., 1..], own], 1)), _shape.Heads);
        var (remembered, weighing) = (ChunkSums(memory, Weights(memory)), Weights(tokens));
        // As published, remembered tokens are summed first and projected then, the segment's own the other way round.
        Tensor Chunked(Linear projection, Tensor own) => Heads.Split(
            ChunkNorm.Call(Functional.Cat([projection.Call(remembered), ChunkSums(own, weighing)], 1)), _shape.Heads);

        var queries = Heads.Split(QueryProjection.Call(tokens), _shape.Heads);
        queries = queries * (1 / Math.Sqrt(queries.Size(-1)));
        var ofChunks = ChunkScores(queries, Chunked(KeyProjection, keys), chunkDistances);
        var band = new Band(_shape.Window - 1, 0);
        var ofWindow = band.Scores(queries + ContentBias, Windowed(KeyProjection, keys)) + WindowPositionScores(queries, windowDistances);
        var weights = Functional.Cat([ofChunks, ofWindow], -1).Softmax(-1).SplitWithSizes([ofChunks.Size(-1), _shape.Window], -1);
        var contexts = weights[0].MatMul(Chunked(ValueProjection, values)) + band.Contexts(weights[1], Windowed(ValueProjection, values));
        return scope.Keep(Dropout.Call(OutputProjection.Call(Heads.Join(contexts))));
    }
    /// <summary>How the sums of each chunk weigh its tokens: (batch, tokens, width) to (batch, heads, chunks, rank, chunk size).</summary>
    private Tensor Weights(Tensor tokens) =>
        Chunks(ChunkWeights.Call(tokens)).Transpose(-2, -1).Softmax(-1);

    /// <summary>The sums of every chunk, (batch, chunks · rank, width).</summary>
    private Tensor ChunkSums(Tensor tokens, Tensor weights) => Heads.Join(weights.MatMul(Chunks(tokens)).Flatten(2, 3));

    /// <summary>(batch, tokens, heads · any) to (batch, heads, chunks, chunk size, any).</summary>
    private Tensor Chunks(Tensor tokens) => Heads.Split(tokens, _shape.Heads).Unflatten(2, [-1, _shape.ChunkSize]);

    /// <summary>Scores of the sums of all chunks that have ended before that of a query, low for the others: (batch, heads, tokens, sums).</summary>
    private Tensor ChunkScores(Tensor queries, Tensor keys, Tensor distances)
    {
        var (sums, chunks) = (keys.Size(2), queries.Size(2) / _shape.ChunkSize);
        var byDistance = queries.MatMul(OfHeads(ChunkPositions.Call(distances)));
        // The last sum that a query may see is at distance 0; from chunk to chunk it moves on by one rank.
        var moved = byDistance.Unflatten(2, [chunks, _shape.ChunkSize]).Transpose(2, 3).ConstantPadNd([0, _shape.ChunkRank]).Flatten(-2)
            .Narrow(-1, chunks * _shape.ChunkRank, chunks * sums).Unflatten(-1, [chunks, sums]).Transpose(2, 3);
        var scores = queries.MatMul(keys.Transpose(-2, -1)).Unflatten(2, [chunks, _shape.ChunkSize]) + moved;
        var ended = sums + (Functional.Arange(chunks, device: queries.Device) - chunks) * _shape.ChunkRank;
        return scores.Hide(Functional.Arange(sums, device: queries.Device) < ended.View([-1, 1, 1])).Flatten(2, 3);
    }

    private Tensor WindowPositionScores(Tensor queries, Tensor distances) =>
        (queries + PositionBias).MatMul(OfHeads(WindowPositions.Call(distances)));

    /// <summary>(places, width) to (heads, head width, places).</summary>
    private Tensor OfHeads(Tensor places) => places.Unflatten(-1, [_shape.Heads, -1]).Permute([1, 2, 0]);
}
