using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>How old memories become fewer.</summary>
public enum CompressionKind
{
    /// <summary>A learned convolution over as many as become one.</summary>
    Convolution,

    /// <summary>The mean of as many as become one.</summary>
    Mean,

    /// <summary>The largest of as many as become one, channel by channel.</summary>
    Max,

    /// <summary>Those that were looked at most, in their order.</summary>
    MostUsed,
}

/// <summary>Makes old memories fewer: (batch, old, width) to (batch, old / rate, width); what is no full group at the end is dropped (arXiv 1911.05507, section 3.1).</summary>
internal abstract class MemoryCompression : Module
{
    /// <summary>The function of a kind.</summary>
    internal static MemoryCompression Of(CompressionKind kind, int width, int rate) => kind switch
    {
        CompressionKind.Mean => new PooledMemories(rate, static groups => groups.Mean([2])),
        CompressionKind.Max => new PooledMemories(rate, static groups => groups.Amax([2])),
        CompressionKind.MostUsed => new MostUsedMemories(rate),
        _ => new ConvolvedMemories(width, rate),
    };

    /// <summary>The fewer memories.</summary>
    /// <param name="old">(batch, old, width).</param>
    /// <param name="usage">How much each was looked at, (batch, old).</param>
    internal Tensor Call(Tensor old, Tensor usage)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(old, usage));
    }

    /// <summary>The fewer memories.</summary>
    protected abstract Tensor Forward(Tensor old, Tensor usage);
}

/// <summary>A learned convolution whose kernel and stride are the rate.</summary>
internal sealed class ConvolvedMemories(int width, int rate) : MemoryCompression
{
    private Conv1d Convolution { get; } = new(width, width, rate, stride: rate);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor old, Tensor usage) => Convolution.Call(old.Transpose(1, 2)).Transpose(1, 2);
}

/// <summary>One of each group.</summary>
/// <param name="rate">Memories of a group.</param>
/// <param name="pool">(batch, groups, rate, width) to (batch, groups, width).</param>
internal sealed class PooledMemories(int rate, Func<Tensor, Tensor> pool) : MemoryCompression
{
    private readonly int _rate = rate;
    private readonly Func<Tensor, Tensor> _pool = pool;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor old, Tensor usage)
    {
        var groups = old.Size(1) / _rate;
        return _pool(old.Narrow(1, 0, groups * _rate).Unflatten(1, [groups, _rate]));
    }
}

/// <summary>Those that were looked at most.</summary>
internal sealed class MostUsedMemories(int rate) : MemoryCompression
{
    private readonly int _rate = rate;

    /// <summary>The places of those, in order, (batch, old / rate).</summary>
    /// <param name="usage">(batch, old).</param>
    internal Tensor Places(Tensor usage)
    {
        using var scope = new TensorScope();
        return scope.Keep(usage.TopK(usage.Size(1) / _rate, 1).Indices.Sort(1).Values);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor old, Tensor usage) => old.Gather(1, Places(usage).Unsqueeze(-1).Expand([-1, -1, old.Size(2)]));
}
