using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>
/// Word embeddings brought to length 1 and multiplied by one learned scale, at first the root of the width; the same matrix, normalised, may score words
/// at the output (Nguyen and Salazar 2019, arXiv 1910.05895, section 2.2, FixNorm).
/// </summary>
[Formula("y = s w / |w|, w the row of the word", Where = "y: (width); w: (width), of a table (words, width); s: learned, one number")]
[Method("fix-norm", "FixNorm embedding", Family.Normalization, 2019, System = "norms",
    Paper = "Nguyen, Salazar, Transformers without Tears: Improving the Normalization of Self-Attention, IWSLT 2019, arXiv 1910.05895",
    Complexity = "O(tokens + vocabulary)")]
public sealed class FixNormEmbedding(long words, long width) : Module
{
    /// <summary>(words, width).</summary>
    public Parameter Weight { get; } = Initialization.Normal(Parameter.Empty(words, width), deviation: Math.Pow(width, -0.5));

    /// <summary>One number.</summary>
    public Parameter Scale { get; } = Initialization.Constant(Parameter.Empty(), Math.Sqrt(width));

    /// <summary>The vectors of words, (..., width).</summary>
    /// <param name="words">Numbers of words, (...).</param>
    public Tensor Call(Tensor words)
    {
        using var scope = new TensorScope(this);
        var normalized = Weight / Weight.Norm(2, [-1], keepdim: true).ClampMin(1e-12);
        return scope.Keep(Functional.Embedding(normalized, words) * Scale);
    }
}
