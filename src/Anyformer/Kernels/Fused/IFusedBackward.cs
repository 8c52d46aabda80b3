using System.Numerics;

namespace Anyformer.Kernels.Fused;

/// <summary>A backward pass, whatever the width of its registers.</summary>
internal unsafe interface IFusedBackward<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Differentiates.</summary>
    /// <param name="inputs">Queries, keys and values.</param>
    /// <param name="given">The gradient of the context.</param>
    /// <param name="logarithms">What the forward pass left for every query.</param>
    /// <param name="products">For every query the inner product of its context and the gradient of that; rows padded to whole blocks.</param>
    /// <param name="gradients">Get the gradients of queries, keys and values; those of queries in parts, to be summed up.</param>
    /// <param name="groups">(batch, head) pairs that one thread does in order.</param>
    /// <param name="parts">Into how many parts each head is cut, by keys, so that every thread has work.</param>
    void Run(FusedInputs<T> inputs, Rows<T> given, T* logarithms, T* products, FusedInputs<T> gradients, int[][] groups, int parts);
}
