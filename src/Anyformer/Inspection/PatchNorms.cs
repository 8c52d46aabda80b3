using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Inspection;

/// <summary>
/// The norms of an image model's patch tokens. A few tokens of far larger norm than the others, mostly over plain background, hold what the model
/// knows of the whole image instead of their patch, and spoil maps; registers take that over (Darcet et al. 2024, arXiv 2309.16588, section 2).
/// </summary>
/// <param name="Norms">Euclidean norms, (batch, patches along the height, patches along the width).</param>
/// <param name="Outliers">True where a norm is above the cutoff, of the same shape.</param>
/// <param name="OutlierFraction">The share of all patches that are outliers.</param>
public sealed record PatchNorms(Tensor Norms, Tensor Outliers, double OutlierFraction)
{
    /// <summary>Norms and outliers of tokens.</summary>
    /// <param name="patches">(batch, patches, width), row by row.</param>
    /// <param name="grid">The grid of the patches.</param>
    /// <param name="cutoff">The norm above which a token is an outlier, set for each model by looking at its norms; 150 for DINOv2 ViT-g.</param>
    public static PatchNorms Of(Tensor patches, PatchGrid grid, double cutoff)
    {
        using var scope = new TensorScope();
        var norms = patches.Detach().Norm(2, [-1]).View([-1, grid.Height, grid.Width]);
        var outliers = norms > cutoff;
        return new PatchNorms(scope.Keep(norms), scope.Keep(outliers), outliers.To(DType.Float64).Mean().Item<double>());
    }

    /// <summary>
    /// A cutoff for models nobody has set one for: three times the median norm. The histogram of a model with artifacts has two humps, far from each
    /// other.
    /// </summary>
    /// <param name="patches">(batch, patches, width).</param>
    public static double UsualCutoff(Tensor patches)
    {
        using var scope = new TensorScope();
        return 3 * patches.Detach().Norm(2, [-1]).Median().To(DType.Float64).Item<double>();
    }

    /// <summary>
    /// How alike patches are to those beside, above and below them: the mean cosine, over as many as there are at borders. Outliers lie where it is
    /// high, right after the embedding of patches and before positions.
    /// </summary>
    /// <param name="patches">(batch, patches, width), row by row.</param>
    /// <param name="grid">The grid of the patches.</param>
    /// <returns>(batch, patches along the height, patches along the width).</returns>
    public static Tensor NeighbourCosine(Tensor patches, PatchGrid grid)
    {
        using var scope = new TensorScope();
        var map = patches.Detach().View([-1, grid.Height, grid.Width, patches.Size(-1)]);
        map = map / map.Norm(2, [-1], keepdim: true);
        var (rows, columns) = ((int)grid.Height, (int)grid.Width);
        var vertical = (map[.., 1.., .., ..] * map[.., ..(rows - 1), .., ..]).Sum([-1]);
        var horizontal = (map[.., .., 1.., ..] * map[.., .., ..(columns - 1), ..]).Sum([-1]);
        return scope.Keep(NeighbourSum(vertical, horizontal) / NeighbourSum(vertical.OnesLike(), horizontal.OnesLike()));
    }

    /// <summary>For each patch the sum over the pairs that it is in.</summary>
    private static Tensor NeighbourSum(Tensor vertical, Tensor horizontal) =>
        vertical.ConstantPadNd([0, 0, 1, 0]) + vertical.ConstantPadNd([0, 0, 0, 1]) + horizontal.ConstantPadNd([1, 0]) + horizontal.ConstantPadNd([0, 1]);
}
