using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Random directions at right angles to each other, as many at a time as there are dimensions (Choromanski et al. 2021, section 2.4).</summary>
internal static class OrthogonalFeatures
{
    /// <summary>Directions in rows, (features, width), as long as Gaussian vectors are: each like one of its own, or all like their mean.</summary>
    /// <remarks>Draws Gaussian blocks, (blocks, width, width), and, for lengths of their own, (features, width).</remarks>
    internal static Tensor Draw(long features, long width, bool evenLengths, Device? device = null)
    {
        using var scope = new TensorScope();
        var like = Functional.Empty([0], DType.Float32, device: device);
        var blocks = RandomDraws.Normal([(features + width - 1) / width, width, width], like);
        var directions = Functional.LinalgQr(blocks).Q.Transpose(-2, -1).Reshape([-1, width]).Narrow(0, 0, features);
        return scope.Keep(evenLengths
            ? directions * Math.Sqrt(width)
            : directions * RandomDraws.Normal([features, width], like).LinalgVectorNorm(2, [1], keepdim: true));
    }
}
