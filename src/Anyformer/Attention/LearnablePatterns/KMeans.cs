using Anyformer.Attention.Local;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>
/// Unit vectors, the same number for every head, that follow the tokens as a moving average while training. They start as random directions; the
/// first batch that is trained on chooses them among its tokens.
/// </summary>
internal sealed class KMeans : Module
{
    private const int FirstIterations = 10;

    private readonly double _decay;

    internal KMeans(int heads, int clusters, int width, double decay)
    {
        using var scope = new TensorScope();
        _decay = decay;
        Means = Functional.Randn([heads, clusters, width]).ToUnitLength().OutliveScopes();
        IsInitialized = Tensor.From(false).OutliveScopes();
    }

    /// <summary>(heads, clusters, width).</summary>
    [Buffer]
    internal Tensor Means { get; }

    /// <summary>Whether tokens have chosen the means.</summary>
    [Buffer]
    internal Tensor IsInitialized { get; }

    /// <summary>How similar every token is to every mean.</summary>
    /// <param name="tokens">(batch, heads, tokens, width).</param>
    /// <returns>(batch, heads, clusters, tokens), a constant to the backward pass; and how far tokens are from their means, on average squared.</returns>
    internal (Tensor Similarity, Tensor Distance) Call(Tensor tokens)
    {
        if (IsTraining && !IsInitialized.Item<bool>())
            Initialize(tokens.Detach());
        var units = tokens.ToUnitLength();
        Tensor similarity;
        Tensor own;
        using (Autograd.NoGrad())
        {
            similarity = Means.MatMul(units.Transpose(-2, -1));
            var nearest = similarity.ArgMax(2);
            own = TokenRows.Gather(Means.Expand([tokens.Size(0), -1, -1, -1]), nearest);
            if (IsTraining)
                Follow(Moved(Means, units, nearest));
        }

        return (similarity, (units - own).Square().Mean());
    }

    /// <summary>The number of the nearest mean of every token, (batch, heads, tokens).</summary>
    internal static Tensor Nearest(Tensor tokens, Tensor means) => means.MatMul(tokens.Transpose(-2, -1)).ArgMax(2);

    /// <summary>The directions of the sums of the tokens of each mean; a mean without tokens stays where it is.</summary>
    /// <param name="means">(heads, clusters, width).</param>
    /// <param name="tokens">(batch, heads, tokens, width).</param>
    /// <param name="nearest">(batch, heads, tokens).</param>
    internal static Tensor Moved(Tensor means, Tensor tokens, Tensor nearest)
    {
        var clusters = means.Size(1);
        var sums = TokenRows.Sum(tokens, nearest, clusters).Sum([0]);
        var counts = TokenRows.Sum(tokens.NewOnes([.. nearest.Shape, 1]), nearest, clusters).Sum([0]);
        return Functional.Where(counts.Eq(0), means, sums.ToUnitLength());
    }

    /// <summary>Moves the means a little.</summary>
    internal void Follow(Tensor moved) => Means.MulInPlace(_decay).AddInPlace(moved, 1 - _decay);

    private void Initialize(Tensor tokens)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        var (heads, clusters) = (tokens.Size(1), Means.Size(1));
        var all = tokens.Transpose(0, 1).Reshape([heads, -1, tokens.Size(3)]);
        // Tokens in the order of random numbers, so that none is drawn twice before all are.
        var drawn = RandomDraws.Uniform([all.Size(1)], all).ArgSort();
        var means = all.IndexSelect(1, drawn[Functional.Arange(clusters, device: all.Device).Remainder(all.Size(1))]);
        for (var i = 0; i < FirstIterations; i++)
            means = Moved(means, tokens, Nearest(tokens, means));
        Means.CopyInPlace(means);
        IsInitialized.FillInPlace(true);
    }
}
