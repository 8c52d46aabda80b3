using Anyformer.Attention.Kernels;
using Anyformer.Torch;

namespace Anyformer.Attention.OptimalTransport;

/// <summary>
/// Plans that carry tokens to references at the least cost, smoothed by an entropy: the iterations of Sinkhorn on logarithms, unrolled, so
/// that gradients go through them (Cuturi, NeurIPS 2013, arXiv 1306.0895; Mialon et al., ICLR 2021, arXiv 2006.12065, section 3.1).
/// </summary>
internal static class TransportPlan
{
    /// <summary>Low enough that the exponential is zero, and finite.</summary>
    private const double Nothing = -1e8;

    /// <summary>
    /// A plan whose columns add up to 1 and whose rows, after enough iterations, to references / tokens: each reference gets a mean of tokens.
    /// </summary>
    /// <param name="similarities">(batch, heads, tokens, references).</param>
    /// <param name="epsilon">The weight of the entropy: what similarities are divided by.</param>
    /// <param name="iterations">Iterations of Sinkhorn.</param>
    /// <param name="real">True where a token is no padding, (batch, 1, tokens, 1); null when all are.</param>
    internal static Tensor Of(Tensor similarities, double epsilon, int iterations, Tensor? real = null)
    {
        using var scope = new TensorScope();
        var scores = similarities.InFull() / epsilon;
        var share = Count(scores, real).Log() * -1 + Math.Log(scores.Size(-1));
        var (rows, columns) = (scores, Functional.Zeros([], scores.DType, device: scores.Device));
        for (var i = 0; i < iterations; i++)
        {
            var tokens = share - (scores + columns).LogSumExp([-1], keepdim: true);
            rows = scores + (real is null ? tokens : tokens.MaskedFill(!real, Nothing));
            columns = rows.LogSumExp([-2], keepdim: true) * -1;
        }

        return scope.Keep((rows + columns).Exp());
    }

    /// <summary>The number of tokens that are no padding, at least one: (batch, 1, 1, 1), or of all samples alike (1, 1, 1, 1).</summary>
    internal static Tensor Count(Tensor scores, Tensor? real) => real is null
        ? Functional.Full([1, 1, 1, 1], scores.Size(-2), scores.DType, device: scores.Device)
        : real.To(scores.DType).Sum([2], keepdim: true).ClampMin(1);
}
