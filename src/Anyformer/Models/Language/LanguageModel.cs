using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>A model that tells, at every place of a text, what comes next, from what came before.</summary>
public abstract class LanguageModel : Module
{
    /// <summary>A score for each token of the vocabulary to come next, (batch, tokens, vocabulary).</summary>
    /// <param name="tokens">Token ids, (batch, tokens).</param>
    /// <param name="real">True at tokens, false at padding, of the same shape; null when there is no padding.</param>
    /// <exception cref="UserException">The text is longer than the model was built for, or a mechanism cannot obey the padding.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null)
    {
        using var scope = new TensorScope();
        return scope.Keep(Forward(tokens, real));
    }

    /// <summary>The scores.</summary>
    protected abstract Tensor Forward(Tensor tokens, Tensor? real);
}

/// <summary>The sizes a language model is built for.</summary>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Tokens">Most tokens of a text.</param>
public sealed record LanguageShape(int Vocabulary, int Tokens);
