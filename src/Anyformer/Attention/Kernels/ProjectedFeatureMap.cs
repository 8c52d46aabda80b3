using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Options of feature maps along random orthogonal directions.</summary>
public record ProjectedFeatureMapOptions
{
    /// <summary>Features; null for <c>d ln d</c> of a head width d, at least one.</summary>
    [Description("features; d ln d of a head width d when left out"), Range(1, 1 << 20)]
    public int? Features { get; init; }

    /// <summary>Training calls after which the directions are drawn anew; null for never.</summary>
    [Description("training calls after which the random directions are drawn anew; never when null"), Range(1, int.MaxValue)]
    public int? RedrawInterval { get; init; } = 1000;

    /// <summary>Whether all directions are of the same length, the root of the head width, instead of lengths drawn like those of Gaussian vectors.</summary>
    [Description("whether all random directions have the same length")]
    public bool EvenLengths { get; init; }
}

/// <summary>Features along random orthogonal directions (Choromanski et al., ICLR 2021, arXiv 2009.14794, section 2).</summary>
public abstract class ProjectedFeatureMap : FeatureMap
{
    private readonly bool _evenLengths;

    private protected ProjectedFeatureMap(AttentionShape shape, ProjectedFeatureMapOptions options)
    {
        var features = options.Features ?? Math.Max(1, (int)(shape.HeadWidth * Math.Log(shape.HeadWidth)));
        _evenLengths = options.EvenLengths;
        ProjectionMatrix = OrthogonalFeatures.Draw(features, shape.HeadWidth, _evenLengths).OutliveScopes();
        Redraws = options.RedrawInterval is { } interval ? new RedrawCounter(interval) : null;
    }

    /// <summary>The directions, (features, head width).</summary>
    [Buffer]
    private Tensor ProjectionMatrix { get; }

    private RedrawCounter? Redraws { get; }

    /// <summary>Draws other directions.</summary>
    public void Redraw()
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        ProjectionMatrix.CopyInPlace(
            OrthogonalFeatures.Draw(ProjectionMatrix.Size(0), ProjectionMatrix.Size(1), _evenLengths, ProjectionMatrix.Device));
    }

    /// <inheritdoc/>
    protected override void Prepare()
    {
        if (Redraws?.IsDue() == true)
            Redraw();
    }

    /// <summary>Tokens, divided by the fourth root of their width, along the directions: (batch, heads, tokens, features).</summary>
    private protected Tensor Project(Tensor tokens)
    {
        // The scaled directions are the graph's own: a redraw between forward and backward does not reach them.
        var directions = ProjectionMatrix * Math.Pow(ProjectionMatrix.Size(1), -0.25);
        return tokens.MatMul(directions.Transpose(0, 1));
    }

    /// <summary>The root of one over the number of features.</summary>
    private protected double Ratio => Math.Pow(ProjectionMatrix.Size(0), -0.5);
}
