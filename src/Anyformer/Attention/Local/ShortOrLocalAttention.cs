using Anyformer.Attention.Softmax;
using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>
/// Causal <see cref="LocalAttention"/> that scores all pairs of a short text, where that is less work than laying out windows and their neighbours.
/// </summary>
internal sealed class ShortOrLocalAttention : AttentionFunction, IRecurrentAttention
{
    /// <summary>Up to so many tokens all pairs are scored.</summary>
    internal const long ShortText = 64;

    private readonly LocalAttentionOptions _options;

    /// <param name="local">What attends in longer texts.</param>
    /// <param name="options">Its options.</param>
    /// <param name="dropout">Probability of dropout on weights.</param>
    internal ShortOrLocalAttention(LocalAttention local, LocalAttentionOptions options, double dropout)
    {
        (Local, _options) = (local, options);
        All = new ModifiedAttention([], dropout, options.Scale);
    }

    private LocalAttention Local { get; }

    private ModifiedAttention All { get; }

    /// <inheritdoc/>
    public (Tensor Contexts, IReadOnlyList<Tensor> State) Step(Tensor queries, Tensor keys, Tensor values, IReadOnlyList<Tensor>? state) =>
        Local.Step(queries, keys, values, state);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        var (asking, answering) = (queries.Size(2), keys.Size(2));
        if (mask is not { IsCausal: true, Pairs: null } || !_options.IsPlain || answering > ShortText || asking > answering)
            return Local.Call(queries, keys, values, mask);
        return All.Call(queries, keys, values, mask with { Pairs = Near(asking, answering, queries.Device) });
    }

    /// <summary>Which keys before a query are near enough, (queries, keys).</summary>
    private Tensor Near(long asking, long answering, Device device)
    {
        var keys = Functional.Arange(answering, device: device);
        var queries = keys.Narrow(0, answering - asking, asking).Unsqueeze(-1);
        return _options.Exact
            ? (queries - keys).Le(_options.Backward * _options.Window)
            : (queries.FloorDivide(_options.Window) - keys.FloorDivide(_options.Window)).Le(_options.Backward);
    }
}
