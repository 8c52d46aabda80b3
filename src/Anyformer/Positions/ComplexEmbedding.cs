using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// A word as a wave over positions, <c>amplitude exp(i (frequency p + phase))</c>, so that its place needs no encoding of its own (Wang et al., ICLR
/// 2020, arXiv 1912.12333).
/// </summary>
[Formula(
    "real = a ⊙ cos(w p + θ), imaginary = a ⊙ sin(w p + θ)",
    Where = "a, w, θ: amplitude, frequency and phase of a word, learned, (words, width); p: position")]
[Method("complex-embedding", "Complex-valued word embeddings", Family.ImplicitPositions, 2020, System = "positions",
    Paper = "Wang, Zhao, Lioma, Li, Zhang, Simonsen, Encoding Word Order in Complex Embeddings, ICLR 2020, arXiv 1912.12333",
    Complexity = "O(tokens)")]
public sealed class ComplexEmbedding : Module
{
    /// <summary>Waves drawn from N(0, 1).</summary>
    /// <param name="words">Kinds of words.</param>
    /// <param name="width">Width of a vector.</param>
    /// <param name="sharesFrequency">Whether a word has one frequency for all elements of its vector.</param>
    public ComplexEmbedding(long words, long width, bool sharesFrequency = false)
    {
        Amplitude = new Embedding(words, width);
        Frequency = new Embedding(words, sharesFrequency ? 1 : width);
        Phase = new Embedding(words, width);
    }

    private Embedding Amplitude { get; }

    private Embedding Frequency { get; }

    private Embedding Phase { get; }

    /// <summary>Real and imaginary parts of the words' vectors, both (batch, words, width).</summary>
    /// <param name="words">Numbers of words, (batch, words).</param>
    /// <param name="positions">Their positions, the first being 1 in the paper, broadcastable to (batch, words).</param>
    public (Tensor Real, Tensor Imaginary) Call(Tensor words, Tensor positions)
    {
        using var scope = new TensorScope();
        var amplitude = Amplitude.Call(words);
        var angles = Frequency.Call(words) * positions.Unsqueeze(-1).To(amplitude.DType) + Phase.Call(words);
        return (scope.Keep(amplitude * angles.Cos()), scope.Keep(amplitude * angles.Sin()));
    }
}
