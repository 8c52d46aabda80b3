using System.Numerics;

namespace Anyformer.Kernels.Fused;

/// <summary>A forward pass, whatever the width of its registers.</summary>
internal unsafe interface IFusedForward<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Attends.</summary>
    /// <param name="inputs">Queries, keys and values.</param>
    /// <param name="context">Gets the result.</param>
    /// <param name="logarithms">Gets for every query the logarithm of base 2 of the sum of its exponentiated scores; heads are padded to whole blocks.</param>
    void Run(FusedInputs<T> inputs, Rows<T> context, T* logarithms);
}
