using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Sequences;

/// <summary>A model that tells the class of a sequence of token ids, or of a pair of sequences.</summary>
public abstract class SequenceClassifier : Module
{
    /// <summary>A score for each class, (batch, classes).</summary>
    /// <param name="tokens">Token ids, (batch, tokens); of pairs, the first sequences and below them the second ones: (2 batch, tokens).</param>
    /// <param name="real">True at tokens, false at padding, of the same shape; null when there is no padding.</param>
    /// <exception cref="UserException">A mechanism of the model cannot obey the padding, or the sequences are longer than it was built for.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(tokens, real));
    }

    /// <summary>The scores.</summary>
    protected abstract Tensor Forward(Tensor tokens, Tensor? real);
}

/// <summary>The sizes a sequence classifier is built for.</summary>
/// <param name="Tokens">Positions of a sequence.</param>
/// <param name="Vocabulary">Number of token ids, padding among them.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Pairs">True when pairs of sequences are classified.</param>
public sealed record SequenceShape(int Tokens, int Vocabulary, int Classes, bool Pairs = false);
