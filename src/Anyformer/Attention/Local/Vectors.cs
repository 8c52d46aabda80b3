using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>Vectors of queries and keys.</summary>
internal static class Vectors
{
    /// <summary>The vectors of the last dimension at length 1; a vector of zeros stays so.</summary>
    internal static Tensor ToUnitLength(this Tensor vectors) => vectors / vectors.Norm(2, [-1], keepdim: true).ClampMin(1e-12);
}
