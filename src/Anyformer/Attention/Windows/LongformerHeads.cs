using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// The heads of <see cref="LongformerAttention"/>, before its output projection: (batch, tokens, width) to the same, the heads side by side.
/// </summary>
internal sealed class LongformerHeads : Module
{
    private readonly int _heads;
    private readonly double _scale;
    private readonly SlidingWindow _window;

    /// <summary>Heads with or without the second set of projections, which global tokens need.</summary>
    internal LongformerHeads(TokenMixerShape shape, LongformerAttentionOptions options, bool hasGlobalTokens)
    {
        var inner = shape.Heads * shape.HeadWidth;
        Linear Projection() => new(shape.Width, inner);
        (_heads, _scale) = (shape.Heads, 1 / Math.Sqrt(shape.HeadWidth));
        _window = new SlidingWindow(options.Window, options.Dilations, shape.Heads);
        (QueryProjection, KeyProjection, ValueProjection) = (Projection(), Projection(), Projection());
        if (hasGlobalTokens)
            (GlobalQueryProjection, GlobalKeyProjection, GlobalValueProjection) = (Projection(), Projection(), Projection());
        Dropout = new Dropout(shape.Dropout);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear? GlobalQueryProjection { get; }

    private Linear? GlobalKeyProjection { get; }

    private Linear? GlobalValueProjection { get; }

    private Dropout Dropout { get; }

    /// <summary>The contexts of the heads.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="globals">The tokens that see all and are seen by all, none of them padding; null for none.</param>
    /// <param name="mask">What may not be seen.</param>
    internal Tensor Call(Tensor tokens, GlobalTokens? globals, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        mask?.RefusePairs("Longformer attention");
        var isCausal = mask?.IsCausal ?? false;
        var queries = Heads.Split(QueryProjection.Call(tokens) * _scale, _heads);
        var (keys, values) = (Heads.Split(KeyProjection.Call(tokens), _heads), Heads.Split(ValueProjection.Call(tokens), _heads));
        // Each global key counts once: as one that all see, so windows leave it out.
        var visible = globals is null ? mask?.Keys : mask?.Keys is { } real ? real.LogicalAnd(!globals.IsGlobal) : !globals.IsGlobal;
        SharedKeys? shared = globals is null ? null : Shared(queries, keys, values, globals, isCausal);
        var contexts = _window.Contexts(queries, keys, values, visible, isCausal, Dropout, shared);
        if (mask?.QueryRows is { } asking)
            contexts = contexts.MaskedFill(!asking, 0);
        if (globals is not null)
            contexts = globals.Replace(contexts, OfGlobals(tokens, globals, mask));
        return scope.Keep(Heads.Join(contexts));
    }

    /// <summary>The global tokens as keys of all.</summary>
    private static SharedKeys Shared(Tensor queries, Tensor keys, Tensor values, GlobalTokens globals, bool isCausal)
    {
        var visible = globals.Exist.View([globals.Exist.Size(0), 1, 1, -1]);
        if (isCausal)
            visible = visible.LogicalAnd(globals.Positions.View(visible.Shape) <= Places(queries.Size(2), queries.Device).Unsqueeze(-1));
        return new SharedKeys(queries.MatMul(globals.Rows(keys).Transpose(-2, -1)).Hide(visible), globals.Rows(values));
    }

    /// <summary>What the global tokens see of all tokens, through projections of their own: (batch, heads, slots, head width).</summary>
    private Tensor OfGlobals(Tensor tokens, GlobalTokens globals, AttentionMask? mask)
    {
        var asking = globals.Rows(tokens.Unsqueeze(1)).Squeeze(1);
        var queries = Heads.Split(GlobalQueryProjection!.Call(asking) * _scale, _heads);
        var (keys, values) = (Heads.Split(GlobalKeyProjection!.Call(tokens), _heads), Heads.Split(GlobalValueProjection!.Call(tokens), _heads));
        var scores = queries.MatMul(keys.Transpose(-2, -1)).Hide(mask?.Keys?.Unsqueeze(1).Unsqueeze(1));
        if (mask?.IsCausal ?? false)
            scores = scores.Hide(Places(tokens.Size(1), tokens.Device) <= globals.Positions.Unsqueeze(1).Unsqueeze(-1));
        return Dropout.Call(scores.Softmax(-1)).MatMul(values);
    }

    private static Tensor Places(long tokens, Device device) => Functional.Arange(tokens, device: device);
}
