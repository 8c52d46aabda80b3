using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Focused linear attention over a whole map, (batch, height, width, channels) to the same, with projections of its own; keys and values may
/// come of a smaller map.
/// </summary>
internal sealed class FocusedMapAttention : TensorModule
{
    /// <param name="width">Channels.</param>
    /// <param name="heads">Heads, each an equal share of the channels.</param>
    /// <param name="keys">Keys: places of the map, or of the smaller one.</param>
    /// <param name="options">The power, and the kernel of the convolution.</param>
    /// <param name="inputBias">Whether queries, keys and values have biases.</param>
    /// <param name="reduction">Makes the map smaller that keys and values come of; null for the map itself.</param>
    internal FocusedMapAttention(int width, int heads, long keys, FocusedOptions options, bool inputBias, TensorModule? reduction = null)
    {
        QueryProjection = new Linear(width, width, inputBias);
        KeyProjection = new Linear(width, width, inputBias);
        ValueProjection = new Linear(width, width, inputBias);
        OutputProjection = new Linear(width, width);
        Context = new FocusedContext(width, heads, keys, options);
        Reduction = reduction;
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private FocusedContext Context { get; }

    private TensorModule? Reduction { get; }

    protected override Tensor Forward(Tensor input)
    {
        var tokens = input.Flatten(1, 2);
        var answering = Reduction is null ? tokens : Reduction.Call(input).Flatten(1, 2);
        var contexts = Context.Call(
            QueryProjection.Call(tokens), KeyProjection.Call(answering), ValueProjection.Call(answering), input.Size(1), input.Size(2));
        return OutputProjection.Call(contexts).Unflatten(1, [input.Size(1), input.Size(2)]);
    }
}
