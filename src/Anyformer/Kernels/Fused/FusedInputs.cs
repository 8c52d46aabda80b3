using System.Numerics;

namespace Anyformer.Kernels.Fused;

/// <summary>Queries, keys and values, or the gradients of them.</summary>
/// <typeparam name="T">Element.</typeparam>
/// <param name="Queries">(batch, heads, queries, width).</param>
/// <param name="Keys">(batch, heads, keys, width).</param>
/// <param name="Values">(batch, heads, keys, value width).</param>
internal readonly record struct FusedInputs<T>(Rows<T> Queries, Rows<T> Keys, Rows<T> Values) where T : unmanaged, IFloatingPointIeee754<T>;
