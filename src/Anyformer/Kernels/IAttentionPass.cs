using System.Numerics;

namespace Anyformer.Kernels;

/// <summary>The loops of <see cref="ShortAttention"/> over one (batch, head) pair; any thread may run any pair.</summary>
internal interface IAttentionPass<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Writes the weights and the context of a pair.</summary>
    void Forward(long pair, Rows<T> context);

    /// <summary>Writes the gradients of queries, keys and values of a pair, from that of its context.</summary>
    void Backward(long pair, Rows<T> gradient, Rows<T> queryGradient, Rows<T> keyGradient, Rows<T> valueGradient);
}
