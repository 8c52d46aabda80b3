using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>
/// A vocabulary in clusters of rarer and rarer tokens, each with narrower vectors (Grave et al., ICML 2017, arXiv 1609.04309; Baevski and Auli, ICLR 2019, arXiv
/// 1809.10853).
/// </summary>
/// <param name="Ends">Where each cluster ends; the last ends with the vocabulary.</param>
/// <param name="Width">Width of a vector of the first.</param>
/// <param name="Divisor">What the width of each is divided by against that before; 1 keeps all in one table.</param>
internal sealed record AdaptiveClusters(IReadOnlyList<int> Ends, int Width, int Divisor)
{
    /// <summary>Clusters.</summary>
    internal int Count => Ends.Count;

    /// <summary>Tables: one for each cluster, or one for all.</summary>
    internal int Tables => Divisor == 1 ? 1 : Count;

    /// <summary>Where a cluster begins.</summary>
    internal int Begin(int cluster) => cluster == 0 ? 0 : Ends[cluster - 1];

    /// <summary>Tokens of a cluster.</summary>
    internal int Size(int cluster) => Ends[cluster] - Begin(cluster);

    /// <summary>Tokens of a table.</summary>
    internal int TableSize(int table) => Divisor == 1 ? Ends[^1] : Size(table);

    /// <summary>Width of the vectors of a cluster.</summary>
    /// <exception cref="UserException">Nothing would be left of it.</exception>
    internal int WidthOf(int cluster)
    {
        var width = (int)(Width / Math.Pow(Divisor, cluster));
        return width > 0 ? width : throw new UserException($"Vectors {Width} wide cannot be divided by {Divisor} for each of {Count} clusters of tokens.");
    }

    /// <summary>The places of a list of tokens that are of a cluster.</summary>
    /// <param name="tokens">(tokens).</param>
    /// <param name="cluster">Which.</param>
    internal Tensor Places(Tensor tokens, int cluster) => (tokens.Ge(Begin(cluster)) & tokens.Lt(Ends[cluster])).Nonzero().Squeeze(-1);

    /// <summary>The clusters of a vocabulary; borders beyond it are left out.</summary>
    /// <exception cref="UserException">The borders do not rise.</exception>
    internal static AdaptiveClusters Of(int vocabulary, IReadOnlyList<int> borders, int width, int divisor)
    {
        if (borders.Zip(borders.Skip(1)).Any(pair => pair.First >= pair.Second) || borders.Any(border => border < 1))
            throw new UserException($"Borders of clusters of tokens must rise from 1 up, found {string.Join(", ", borders)}.");
        return new AdaptiveClusters([.. borders.Where(border => border < vocabulary), vocabulary], width, divisor);
    }
}
