using Anyformer.Torch;

namespace Anyformer.Attention.Priors;

/// <summary>How far apart queries and keys stand.</summary>
internal static class Distances
{
    /// <summary>Key position minus query position, (queries, keys). Of fewer queries than keys, the last query stands beside the last key.</summary>
    /// <param name="scores">(..., queries, keys): gives the numbers of both, the type and the device.</param>
    public static Tensor Of(Tensor scores)
    {
        var (queries, keys) = (scores.Size(-2), scores.Size(-1));
        return (Functional.Arange(keys, device: scores.Device) - (Functional.Arange(queries, device: scores.Device) + (keys - queries)).Unsqueeze(1))
            .To(scores.DType);
    }
}
