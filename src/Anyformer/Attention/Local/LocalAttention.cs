using Anyformer.Attention.Patterns;
using Anyformer.Attention.Windows;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>
/// Every query sees its own window of the tokens and neighbouring ones (Parmar et al., ICML 2018, arXiv 1802.05751, section 3.3, for images; the
/// fixed pattern that other efficient Transformers reuse).
/// </summary>
/// <remarks>
/// As in the reference implementation, rotary positions of a query that also sees later windows are those of the last of them, not of its own: an
/// offset of <c>Forward · Window</c> that the projections learn to live with.
/// </remarks>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over the keys j that are open to i",
    "open: -b w ≤ j - i ≤ f w; not exact: -b ≤ floor(j / w) - floor(i / w) ≤ f",
    Where = "w: tokens of a window; b, f: windows seen before and after")]
[Claims(Growth = 1, Causal = true)]
[Method("local", "Local attention", Family.FixedPatterns, 2018,
    System = "local-attention",
    Paper = "Parmar, Vaswani, Uszkoreit, Kaiser, Shazeer, Ku, Tran, Image Transformer, ICML 2018, arXiv 1802.05751",
    Complexity = "O(tokens · window)")]
public sealed class LocalAttention : AttentionFunction, IRecurrentAttention
{
    private readonly LocalAttentionOptions _options;
    private readonly FusedPattern _fused = new();

    /// <summary>Attention whose weights are dropped with a probability.</summary>
    public LocalAttention(LocalAttentionOptions options, double dropout = 0) => (_options, Dropout) = (options, new Dropout(dropout));

    /// <summary>Attention as a part of a host.</summary>
    public LocalAttention(AttentionShape shape, LocalAttentionOptions options) : this(options, shape.Dropout) { }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <remarks>The state is the keys and values that later tokens can see, from the first of a window on.</remarks>
    public (Tensor Contexts, IReadOnlyList<Tensor> State) Step(Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state)
    {
        if (_options.Circular)
            throw new UserException("Local attention whose windows go round has no first token, so it cannot go on step by step.");
        using var scope = new TensorScope();
        if (state is not null)
            (keys, values) = (Functional.Cat([state[0], keys], 2), Functional.Cat([state[1], values], 2));
        var contexts = Call(queries, keys, values, AttentionMask.Causal);
        var begin = Math.Max(0, keys.Size(2) / _options.Window - _options.Backward) * _options.Window;
        Tensor From(Tensor tokens) => tokens.Narrow(2, begin, tokens.Size(2) - begin).Clone();
        return (scope.Keep(contexts), [scope.Keep(From(keys)), scope.Keep(From(values))]);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefusePairs("Local attention");
        var windows = Layout(queries.Size(2), keys.Size(2), mask?.IsCausal ?? false);
        return (_options.IsPlain && queries.Size(2) == keys.Size(2) ? Fused(windows, queries, keys, values, mask) : null) ?? Composed(windows, queries, keys, values, mask);
    }

    /// <summary>The attention by a kernel; null where there is none for the device or the sizes.</summary>
    private Tensor? Fused(WindowLayout windows, Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var (length, before, after) = ((int)windows.Length, Reach(windows.Backward), Reach(windows.Forward));
        int Reach(int neighbours) => (int)Math.Min(neighbours * windows.Length, windows.Tokens);
        var open = _options.Exact ? AttentionPattern.Band(before, after) : AttentionPattern.BlockWindow(length, before, after);
        return _fused.Attend(mask?.IsCausal == true ? open & AttentionPattern.Causal : open,
            queries, keys, values, mask?.Keys, Dropout.CurrentProbability, _options.Scale);
    }

    /// <summary>The attention as a composition of operators: for any device and any options, and the reference of the kernel.</summary>
    private Tensor Composed(WindowLayout windows, Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var split = windows.Split(queries) * (_options.Scale ?? 1 / Math.Sqrt(queries.Size(3)));
        // The reference fills with -1, which shows in what a query gets that may see nothing.
        var around = windows.Around(_options.SharedKeys ? keys.ToUnitLength() : keys, -1);
        if (_options.Positions != LocalPositions.None)
            (split, around) = Place(split, around, windows);

        var scores = split.MatMul(around.Transpose(-2, -1));
        if (_options.SharedKeys)
            scores = scores.MaskedFill(windows.QueryPlaces(scores.Device).Eq(windows.KeyPlaces(scores.Device)), Scores.LastResort);
        var visible = Visible(windows, mask, scores.Device);
        var contexts = Dropout.Call(scores.Hide(visible).Softmax(-1)).MatMul(windows.Around(values, -1));
        // Nothing but padding leaves a query without keys; what the kernel gives then, this gives too.
        if (_options.IsPlain && mask?.Keys is not null)
            contexts = contexts.MaskedFill(!visible!.Any(-1, keepdim: true), 0);
        return windows.Join(contexts, queries.Size(2));
    }

    private WindowLayout Layout(long queries, long keys, bool causal)
    {
        if (queries != keys && !(causal && queries < keys))
            throw new UserException($"Local attention needs a key beside every query, found {queries} queries and {keys} keys.");
        // Few tokens make one short window; filling that is seen must have its length.
        var length = _options.SeesFilling ? _options.Window : Math.Min(_options.Window, keys);
        var isSingle = _options.Circular && keys <= length;
        return new WindowLayout(keys, length, (keys - queries) / length,
            isSingle ? 0 : _options.Backward, isSingle || causal ? 0 : _options.Forward, _options.Circular);
    }

    /// <summary>Queries and the keys around them, turned by their places in the window.</summary>
    private (Tensor Queries, Tensor Keys) Place(Tensor queries, Tensor keys, WindowLayout windows)
    {
        var (device, width) = (queries.Device, queries.Size(-1));
        var keyPlaces = Functional.Arange(-windows.Backward * windows.Length, (1 + windows.Forward) * windows.Length, device: device);
        var queryPlaces = Functional.Arange(windows.Length, device: device) + windows.Forward * _options.Window;
        var turnedQueries = Rotary.Turn(queries, Rotary.Angles(queryPlaces, width));
        var turnedKeys = Rotary.Turn(keys, Rotary.Angles(keyPlaces, width));
        return _options.Positions == LocalPositions.Rotary
            ? (turnedQueries, turnedKeys)
            : (turnedQueries * Shrinking(queryPlaces, width).To(queries.DType), turnedKeys * Shrinking(-keyPlaces, width).To(keys.DType));
    }

    /// <summary>What xpos multiplies vectors by at their places, (places, width).</summary>
    private Tensor Shrinking(Tensor places, long width)
    {
        var bases = (Functional.Arange(0, width, 2, DType.Float32, device: places.Device) + 0.4 * width) / (1.4 * width);
        var powers = places.To(DType.Float32).Unsqueeze(-1) / (_options.XposScale ?? Math.Max(1, _options.Window / 2));
        return bases.Pow(powers).Repeat([1, 2]);
    }

    /// <summary>What queries see of the keys around them, broadcastable to (batch, 1, windows, length, neighbours); null when everything.</summary>
    private Tensor? Visible(WindowLayout windows, AttentionMask? mask, Device device)
    {
        var (queries, keys) = (windows.QueryPlaces(device), windows.KeyPlaces(device));
        Tensor? visible = null;
        void See(Tensor which) => visible = visible is null ? which : visible & which;
        if (!windows.Circular && windows.Backward + windows.Forward > 0)
            See(keys >= 0 & keys < windows.Whole);
        if (!_options.SeesFilling && windows.Whole > windows.Tokens)
            See(keys < windows.Tokens);
        if (mask?.IsCausal ?? false)
            See(keys <= queries);
        if (_options.Exact && !windows.Circular)
            See(queries - keys <= windows.Backward * windows.Length & keys - queries <= windows.Forward * windows.Length);
        if (mask?.KeyRows is { } real)
            See(windows.Around(real, 0).Transpose(-2, -1));
        return visible;
    }
}
