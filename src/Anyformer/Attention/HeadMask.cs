using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>
/// What the contexts of the heads of a layer are multiplied by before they are joined: 0 takes a head away, and the gradient tells how much a head counts
/// (Michel, Levy and Neubig, NeurIPS 2019, arXiv 1905.10650). It holds for a thread, while one layer runs.
/// </summary>
internal sealed class HeadMask
{
    [ThreadStatic] private static HeadMask? t_current;

    private readonly Tensor _factors;
    private bool _isObeyed;

    private HeadMask(Tensor factors) => _factors = factors;

    /// <summary>Runs a layer.</summary>
    /// <param name="factors">One for each head, (heads).</param>
    /// <param name="layer">What runs.</param>
    /// <exception cref="UserException">The layer has another number of heads, or none whose contexts can be multiplied.</exception>
    internal static Tensor Run(Tensor factors, Func<Tensor> layer)
    {
        var (outer, own) = (t_current, new HeadMask(factors));
        t_current = own;
        try
        {
            var result = layer();
            return own._isObeyed ? result : throw new UserException("The attention of the model joins no heads, so none can be masked.");
        }
        finally
        {
            t_current = outer;
        }
    }

    /// <summary>The contexts of all heads, (batch, heads, tokens, head width), times their factors where there are any.</summary>
    internal static Tensor Apply(Tensor contexts)
    {
        if (t_current is not { } mask)
            return contexts;
        if (mask._factors.ElementCount != contexts.Size(1))
            throw new UserException($"A head mask must have a number for each head, found {mask._factors.ElementCount} for {contexts.Size(1)} heads.");
        mask._isObeyed = true;
        return contexts * mask._factors.View([1, -1, 1, 1]);
    }
}
