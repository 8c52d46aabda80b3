using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>What one layer remembers.</summary>
/// <param name="Recent">The last tokens as they went into attention, (batch, tokens, width).</param>
/// <param name="Compressed">What older ones were compressed to, (batch, memories, width).</param>
internal sealed record LayerMemory(Tensor Recent, Tensor Compressed) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Recent.Dispose();
        Compressed.Dispose();
    }
}

/// <summary>The sizes of the memory of a layer.</summary>
/// <param name="Segment">Tokens of a segment.</param>
/// <param name="Recent">Tokens that are remembered as they are.</param>
/// <param name="Compressed">Compressed memories.</param>
/// <param name="Rate">Memories that become one.</param>
internal sealed record MemorySizes(int Segment, int Recent, int Compressed, int Rate)
{
    /// <summary>Most keys that a segment sees.</summary>
    internal int Keys => Segment + Recent + Compressed;
}

/// <summary>
/// Attention of a segment to itself, to what is remembered before it and to what older memories were compressed to; what is forgotten is compressed, and a
/// loss tells how much of what attention finds in it is lost thereby (arXiv 1911.05507, sections 3.1 and 3.2).
/// </summary>
internal sealed class CompressiveAttention : Module
{
    private readonly CompressiveTransformerOptions _options;
    private readonly MemorySizes _sizes;

    internal CompressiveAttention(CompressiveTransformerOptions options, MemorySizes sizes)
    {
        (_options, _sizes) = (options, sizes);
        QueryProjection = new Linear(options.Width, options.Width, bias: false);
        KeyValueProjection = new Linear(options.Width, 2L * options.Width, bias: false);
        OutputProjection = new Linear(options.Width, options.Width);
        Compression = MemoryCompression.Of(options.Compression, options.Width, options.Rate);
        (Dropout, WeightDropout) = (new Dropout(options.Dropout), new Dropout(options.AttentionDropout));
    }

    private Linear QueryProjection { get; }

    /// <summary>To keys and values, side by side.</summary>
    private Linear KeyValueProjection { get; }

    private Linear OutputProjection { get; }

    private MemoryCompression Compression { get; }

    private Dropout Dropout { get; }

    private Dropout WeightDropout { get; }

    /// <summary>The mixed tokens, and what the layer remembers after them; that is out of the graph, and lives until it is disposed of.</summary>
    /// <param name="tokens">Normalised, (batch, tokens, width).</param>
    /// <param name="memory">What it remembers; null for a layer that does not.</param>
    /// <param name="positions">Learned vectors of keys' places, (heads, places, head width), of which the last belong to the keys.</param>
    /// <param name="real">True at tokens, false at padding; null when there is no padding.</param>
    /// <param name="lossWeight">Weight of the loss of compression.</param>
    internal (Tensor Tokens, LayerMemory? Memory) Call(Tensor tokens, LayerMemory? memory, Tensor positions, Tensor? real, double lossWeight)
    {
        using var scope = new TensorScope();
        var context = memory is null ? tokens : Functional.Cat([memory.Compressed, memory.Recent, tokens], 1);
        var queries = Split(QueryProjection.Call(tokens));
        var keysAndValues = KeyValueProjection.Call(context).Chunk(2, -1);
        var (keys, values) = (Split(keysAndValues[0]), Split(keysAndValues[1]));
        var weights = Weights(queries, keys, positions.Narrow(1, positions.Size(1) - context.Size(1), context.Size(1)), real);
        var mixed = Dropout.Call(OutputProjection.Call(Heads.Join(WeightDropout.Call(weights).MatMul(values))));
        var next = memory is null || tokens.Size(1) < _sizes.Segment ? memory : Remember(memory, tokens, new Attended(queries, keys, values, weights), lossWeight);
        return (scope.Keep(mixed), next is null ? null : new LayerMemory(Kept(next.Recent), Kept(next.Compressed)));
    }

    private static Tensor Kept(Tensor memory) => memory.Detach().OutliveScopes();

    private Tensor Split(Tensor tokens) => Heads.Split(tokens, _options.Heads);

    private Tensor Weights(Tensor queries, Tensor keys, Tensor positions, Tensor? real)
    {
        var scale = 1 / Math.Sqrt(queries.Size(-1));
        var scores = queries.MatMul(keys.Transpose(-2, -1)) * scale
            + RelativeShift.Call(Functional.Einsum("bhid,hjd->bhij", [queries, positions]) * scale, keys.Size(2));
        var weights = MaskedSoftmax.Of(scores, AttentionMask.Causal with { Keys = real });
        Recorder.Record(this, "weights", weights);
        return weights;
    }

    private LayerMemory Remember(LayerMemory memory, Tensor tokens, Attended attended, double lossWeight)
    {
        var all = Functional.Cat([memory.Recent, tokens], 1);
        var forgotten = Math.Max(0, all.Size(1) - _sizes.Recent);
        var recent = all.Narrow(1, forgotten, all.Size(1) - forgotten);
        // As the reference does: so many zeros in front as are over, though that makes no multiple of the rate, and what is over at the end is dropped.
        var filling = forgotten % _sizes.Rate;
        if (_sizes.Compressed == 0 || forgotten + filling < _sizes.Rate)
            return memory with { Recent = recent };
        var usage = attended.Weights.Detach().Narrow(3, memory.Compressed.Size(1), forgotten).Mean([1, 2]);
        var compressed = Compression.Call(Filled(all.Narrow(1, 0, forgotten).Detach(), filling), usage.ConstantPadNd([filling, 0]));
        if (IsTraining && AuxiliaryLoss.IsCollecting)
            AuxiliaryLoss.Add(Lost(memory, compressed, attended) * lossWeight);
        var kept = Functional.Cat([memory.Compressed, compressed], 1);
        var count = Math.Min(kept.Size(1), _sizes.Compressed);
        return new LayerMemory(recent, kept.Narrow(1, kept.Size(1) - count, count));
    }

    private static Tensor Filled(Tensor memories, long rows) => rows == 0 ? memories : memories.ConstantPadNd([0, 0, rows, 0]);

    /// <summary>How far what attention finds in compressed memories is from what it finds in the memories; only the compression learns by it.</summary>
    private Tensor Lost(LayerMemory memory, Tensor compressed, Attended attended)
    {
        var keysAndValues = Functional.Linear(compressed, KeyValueProjection.Weight.Detach()).Chunk(2, -1);
        Tensor Remembered(Tensor heads) => heads.Detach().Narrow(2, memory.Compressed.Size(1), memory.Recent.Size(1));
        var queries = attended.Queries.Detach();
        return Found(queries, Remembered(attended.Keys), Remembered(attended.Values)).MseLoss(Found(queries, Split(keysAndValues[0]), Split(keysAndValues[1])));
    }

    private static Tensor Found(Tensor queries, Tensor keys, Tensor values) =>
        (queries.MatMul(keys.Transpose(-2, -1)) * (1 / Math.Sqrt(queries.Size(-1)))).Softmax(-1).MatMul(values);

    private sealed record Attended(Tensor Queries, Tensor Keys, Tensor Values, Tensor Weights);
}
