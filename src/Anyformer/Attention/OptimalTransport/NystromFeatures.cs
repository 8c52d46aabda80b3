using Anyformer.Attention.Kernels;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.OptimalTransport;

/// <summary>
/// Features whose products come near to a Gaussian kernel of the directions of vectors, times their lengths: similarities to anchors, made
/// orthogonal (Mairal, NeurIPS 2016, arXiv 1605.06265, section 3; Mialon et al., ICLR 2021, arXiv 2006.12065).
/// </summary>
internal static class NystromFeatures
{
    /// <summary>The features, (..., vectors, anchors).</summary>
    /// <param name="vectors">(..., vectors, width).</param>
    /// <param name="anchors">Of length 1, (..., anchors, width).</param>
    /// <param name="bandwidth">The σ of <c>exp((cos - 1) / σ²)</c>.</param>
    /// <param name="shortest">Vectors are taken to be no shorter.</param>
    internal static Tensor Of(Tensor vectors, Tensor anchors, double bandwidth, double shortest)
    {
        using var scope = new TensorScope();
        var (full, rows) = (vectors.InFull(), anchors.InFull());
        var lengths = Lengths(full, shortest);
        var similar = lengths * Kernel((full / lengths).MatMul(rows.Transpose(-2, -1)), bandwidth);
        return scope.Keep(similar.InFull().MatMul(InverseSquareRoot.Of(Kernel(rows.MatMul(rows.Transpose(-2, -1)), bandwidth))));
    }

    /// <summary>Rows of length 1.</summary>
    internal static Tensor Unit(Tensor rows) => rows / Lengths(rows, 1e-6);

    private static Tensor Kernel(Tensor cosines, double bandwidth) => ((cosines.InFull() - 1) / (bandwidth * bandwidth)).Exp();

    private static Tensor Lengths(Tensor rows, double shortest) => rows.LinalgVectorNorm(2, [-1], keepdim: true).ClampMin(shortest);
}

/// <summary>The Nystrom map of a convolutional kernel network whose filters cover one token: (batch, channels, tokens) to (batch, anchors,
/// tokens).</summary>
internal sealed class NystromMap(long channels, long anchors, double bandwidth) : TensorModule
{
    /// <summary>Of length 1, as training by k-means leaves them: (anchors, channels).</summary>
    private Parameter Anchors { get; } = Initialization.Normal(Parameter.Empty(anchors, channels));

    protected override Tensor Forward(Tensor input) =>
        NystromFeatures.Of(input.Transpose(1, 2), Anchors, bandwidth, shortest: 1e-2).Transpose(1, 2);
}
