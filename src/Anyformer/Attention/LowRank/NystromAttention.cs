using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LowRank;

/// <summary>Options of <see cref="NystromAttention"/>.</summary>
public sealed record NystromAttentionOptions
{
    /// <summary>Most landmarks, each the mean of a segment of tokens.</summary>
    [Description("most landmarks, each the mean of a segment of tokens"), Range(1, 1 << 20)]
    public int Landmarks { get; init; } = 64;

    /// <summary>Tokens that the convolution of the values covers, an odd number; null for no convolution.</summary>
    [Description("tokens that the convolution of the values covers, odd; none when null"), Range(1, 1 << 20)]
    public int? ConvolutionKernel { get; init; } = 35;

    /// <summary>Iterations of the pseudo-inverse.</summary>
    [Description("iterations of the pseudo-inverse"), Range(1, 100)]
    public int Iterations { get; init; } = 6;

    /// <summary>Whether the pseudo-inverse starts from one scale for the whole batch, as published weights need it, or one for each head.</summary>
    [Description("the pseudo-inverse starts from one scale for the whole batch, so that samples act on each other")]
    public bool BatchScale { get; init; }

    /// <summary>Whether padding counts in landmarks and convolution, as in Hugging Face's code, or is zero there, as in the authors'.</summary>
    [Description("padding counts in landmarks and in the convolution, as in Hugging Face's code")]
    public bool PaddingInLandmarks { get; init; }
}

/// <summary>
/// The Nyström approximation of the map of a softmax, <c>softmax(Q K~^T) pinv(softmax(Q~ K~^T)) softmax(Q~ K^T) V</c>, with means of segments of
/// tokens for landmarks Q~ and K~, and a convolution of the values along the tokens added (Xiong et al., AAAI 2021, arXiv 2102.03902, section 3).
/// Of no more tokens than landmarks it is a softmax.
/// </summary>
/// <remarks>
/// Where the landmarks do not divide the tokens, which the authors' code refuses, segments are as long as they must be and the last is shorter.
/// </remarks>
[Formula(
    "Y = softmax(Q K'ᵀ / √d) pinv(softmax(Q' K'ᵀ / √d)) softmax(Q' Kᵀ / √d) V + conv(V)",
    "Q'_m, K'_m = means of the m-th segment",
    Where = "Q', K': landmarks, (batch, heads, landmarks, d); m: segment")]
[Claims(Growth = 1)]
[Method("nystromformer", "Nyströmformer", Family.LowRank, 2021,
    Paper = "Xiong, Zeng, Chakraborty, Tan, Fung, Li, Singh, Nyströmformer: A Nyström-Based Algorithm for Approximating Self-Attention, AAAI 2021, "
        + "arXiv 2102.03902",
    Complexity = "O(tokens · landmarks)")]
public sealed class NystromAttention : AttentionFunction
{
    /// <summary>What a score of padding becomes: finite, so that a sample of padding alone has weights too.</summary>
    private const double Hidden = -1e30;

    private readonly NystromAttentionOptions _options;

    /// <summary>Attention as a part of a host.</summary>
    /// <exception cref="UserException">The convolution covers an even number of tokens.</exception>
    public NystromAttention(AttentionShape shape, NystromAttentionOptions options)
    {
        _options = options;
        if (options.ConvolutionKernel is not { } kernel)
            return;
        if (kernel % 2 == 0)
            throw new UserException($"Nyströmformer's convolution must cover an odd number of tokens, found {kernel}.");
        Convolution = Initialization.InverseFanIn(Parameter.Empty(shape.Heads, 1, kernel, 1), kernel);
    }

    /// <summary>(heads, 1, kernel, 1).</summary>
    private Parameter? Convolution { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask)
    {
        mask?.RefuseCausal("Nyströmformer");
        mask?.RefusePairs("Nyströmformer");
        if (Convolution is not null && queries.Size(2) != keys.Size(2))
            throw new UserException("Nyströmformer's convolution needs as many queries as keys, found "
                + $"{queries.Size(2)} and {keys.Size(2)}; leave it out with convolution-kernel: null.");
        var scale = Math.Pow(queries.Size(3), -0.25);
        (queries, keys) = (Real(queries, mask?.QueryRows) * scale, Real(keys, mask?.KeyRows) * scale);
        var hidden = mask?.KeyRows is { } real ? !real.Transpose(-2, -1) : null;
        var contexts = keys.Size(2) <= _options.Landmarks || queries.Size(2) <= _options.Landmarks
            ? Weights(queries, keys, hidden).MatMul(values)
            : Approximate(queries, keys, values, hidden);
        return Convolution is null ? contexts : contexts + Convolve(Real(values, mask?.KeyRows), Convolution);
    }

    private Tensor Approximate(Tensor queries, Tensor keys, Tensor values, Tensor? hidden)
    {
        var (queryLandmarks, keyLandmarks) = (LandmarksOf(queries), LandmarksOf(keys));
        var inverse = PseudoInverse.Of(Weights(queryLandmarks, keyLandmarks), _options.Iterations, _options.BatchScale);
        return Weights(queries, keyLandmarks).MatMul(inverse).MatMul(Weights(queryLandmarks, keys, hidden).MatMul(values));
    }

    /// <summary>Means of segments, (batch, heads, landmarks, head width).</summary>
    private Tensor LandmarksOf(Tensor tokens)
    {
        var count = tokens.Size(2);
        var length = (count + _options.Landmarks - 1) / _options.Landmarks;
        var (whole, rest) = (count / length, count % length);
        var means = tokens.Narrow(2, 0, whole * length).Unflatten(2, [whole, length]).Mean([3]);
        return rest == 0 ? means : Functional.Cat([means, tokens.Narrow(2, whole * length, rest).Mean([2], keepdim: true)], 2);
    }

    private Tensor Real(Tensor tokens, Tensor? real) => real is null || _options.PaddingInLandmarks ? tokens : tokens.MaskedFill(!real, 0);

    private static Tensor Weights(Tensor queries, Tensor keys, Tensor? hidden = null)
    {
        var scores = queries.MatMul(keys.Transpose(-2, -1));
        return (hidden is null ? scores : scores.MaskedFill(hidden, Hidden)).Softmax(-1);
    }

    /// <summary>Every channel of a head with the same kernel along the tokens.</summary>
    private static Tensor Convolve(Tensor values, Parameter kernel) =>
        Functional.Conv2d(values, kernel, null, [1, 1], [kernel.Size(2) / 2, 0], [1, 1], kernel.Size(0));
}
