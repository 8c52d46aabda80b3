namespace Anyformer.Attention;

/// <summary>The sizes that an attention function is built for.</summary>
/// <param name="Heads">Heads side by side.</param>
/// <param name="HeadWidth">Width of a head.</param>
/// <param name="Dropout">Probability of dropout on attention weights, where the function has such.</param>
/// <param name="Tokens">Most tokens of a sample, for functions that are built for a number of tokens; null when the host does not know.</param>
public sealed record AttentionShape(int Heads, int HeadWidth, double Dropout = 0, int? Tokens = null)
{
    /// <summary>The number of the layer that the function is in, from 0.</summary>
    public int Layer { get; init; }
}
