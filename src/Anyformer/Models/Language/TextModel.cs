using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>A model that turns the tokens of a text into vectors, and those into scores of a vocabulary.</summary>
public abstract class TextModel : Module
{
    /// <summary>Whether it reads on under a <see cref="Attention.Decoding.DecodingState"/> with the same result as if it read all anew.</summary>
    public virtual bool ReadsOn => false;

    /// <summary>Whether a text may say where its tokens stand, see <see cref="TextInput.Positions"/>; a model that counts them itself refuses that.</summary>
    public virtual bool TakesPositions => false;

    /// <summary>Whether a text may say of each token which of two texts it belongs to, see <see cref="TextInput.Types"/>.</summary>
    public virtual bool TakesTypes => false;

    /// <summary>
    /// Whether it lets the caller say what tokens see: <see cref="TextInput.Documents"/> and <see cref="TextInput.Prefix"/>. Its attention may refuse that all the
    /// same, where it makes no score for every pair of tokens.
    /// </summary>
    public virtual bool TakesDocuments => false;

    /// <summary>A score for each token of the vocabulary at every place, (batch, tokens, vocabulary).</summary>
    /// <param name="tokens">Token ids, (batch, tokens).</param>
    /// <param name="real">True at tokens, false at padding, of the same shape; null when there is no padding.</param>
    /// <exception cref="UserException">The text is longer than the model was built for, or a mechanism cannot obey the padding.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null) => Call(new TextInput(tokens) { Real = real });

    /// <summary>A score for each token of the vocabulary at every place, (batch, tokens, vocabulary).</summary>
    /// <param name="text">The texts.</param>
    /// <exception cref="UserException">The text is longer than the model was built for, or the model or a mechanism of it cannot take it.</exception>
    public Tensor Call(TextInput text)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Score(Encode(Taken(text))));
    }

    /// <summary>The vectors of the tokens behind the last layer, as they go into the scores, (batch, tokens, width).</summary>
    /// <param name="text">The texts.</param>
    /// <exception cref="UserException">The text is longer than the model was built for, or the model or a mechanism of it cannot take it.</exception>
    public Tensor CallStates(TextInput text)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Encode(Taken(text)));
    }

    /// <summary>Scores of the vocabulary, (..., vocabulary).</summary>
    /// <param name="states">What <see cref="CallStates"/> gives, or some places of it, (..., width).</param>
    public Tensor CallScores(Tensor states)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Score(states));
    }

    /// <summary>The vectors of the tokens, (batch, tokens, width).</summary>
    protected abstract Tensor Encode(TextInput text);

    /// <summary>The scores, (..., vocabulary).</summary>
    protected abstract Tensor Score(Tensor states);

    private TextInput Taken(TextInput text) => TakesDocuments || (text.Documents ?? text.Prefix) is null ? text : throw new UserException(
        $"{GetType().Name} decides by itself which tokens see each other, so it takes neither documents side by side nor a prefix.");
}

/// <summary>The sizes a model of texts is built for.</summary>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Tokens">Most tokens of a text.</param>
public sealed record LanguageShape(int Vocabulary, int Tokens);
