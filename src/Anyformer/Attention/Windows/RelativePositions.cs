using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Numbers for how two tokens lie to each other: 0 for the same token, 1 up to the greatest distance for keys to the right, and the numbers after
/// those for keys to the left; what is further away counts as at the greatest distance (Ainslie et al. 2020, arXiv 2004.08483, section 2.2).
/// </summary>
/// <param name="MaxDistance">The greatest distance that has a number of its own.</param>
/// <param name="IgnoresDirection">Whether left and right have the same numbers.</param>
internal readonly record struct RelativePositions(int MaxDistance, bool IgnoresDirection = false)
{
    /// <summary>How many numbers there are.</summary>
    internal int Count => (IgnoresDirection ? 1 : 2) * MaxDistance + 1;

    /// <summary>The numbers of all pairs of tokens, (tokens, tokens).</summary>
    internal Tensor OfPairs(long tokens, Device? device = null)
    {
        var places = Functional.Arange(tokens, device: device);
        return Number(places - places.Unsqueeze(-1));
    }

    /// <summary>The numbers of the keys around a token, from left to right: (2 radius + 1).</summary>
    internal Tensor OfWindow(long radius, Device? device = null) => Number(Functional.Arange(-radius, radius + 1, device: device));

    private Tensor Number(Tensor distance)
    {
        var near = distance.Abs().Clamp(max: MaxDistance);
        return IgnoresDirection ? near : near + (distance < 0).To(DType.Int64) * MaxDistance;
    }
}
