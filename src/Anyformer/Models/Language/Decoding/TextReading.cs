using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoding;

/// <summary>
/// Texts of one length that a model reads, and goes on reading token after token. Scores are those of a model in evaluation mode that sees the whole text.
/// </summary>
public abstract class TextReading : IDisposable
{
    /// <summary>Tokens read so far.</summary>
    public abstract long Length { get; }

    /// <summary>Texts that a language model reads: with a cache where all its parts can go on, and else the whole text anew with every token.</summary>
    public static TextReading Of(LanguageModel model) => model.ReadsOn ? new CachedReading(model) : new WholeReading(model);

    /// <summary>Texts whose first tokens, those that are read first, see each other: for models that learnt with prefixes.</summary>
    /// <param name="model">A model that <see cref="TextModel.TakesDocuments"/>.</param>
    public static TextReading OfPrefix(LanguageModel model) => new PrefixReading(model);

    /// <summary>Texts that a model writes from others.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The texts to write from.</param>
    public static TextReading Of(SequenceToSequenceModel model, TextInput source) => new WrittenText(model, source);

    /// <summary>Reads on; the scores of what comes after the last token, (batch, vocabulary).</summary>
    /// <param name="tokens">Ids of the next tokens of every text, (batch, new tokens), at least one.</param>
    /// <exception cref="UserException">The texts become longer than the model was built for.</exception>
    public Tensor Read(Tensor tokens)
    {
        using var scope = new TensorScope();
        return scope.Keep(ReadOn(tokens, 1).Select(1, -1));
    }

    /// <summary>Reads on; the scores of what comes after each of the tokens, (batch, new tokens, vocabulary).</summary>
    /// <param name="tokens">Ids of the next tokens of every text, (batch, new tokens), at least one.</param>
    /// <exception cref="UserException">The texts become longer than the model was built for.</exception>
    public Tensor ReadAll(Tensor tokens)
    {
        using var scope = new TensorScope();
        return scope.Keep(ReadOn(tokens, tokens.Size(1)));
    }

    /// <summary>Goes on with some of the texts, or with one several times.</summary>
    /// <param name="texts">For each text from now on, the number of the text so far that it continues, (texts).</param>
    public abstract void Select(Tensor texts);

    /// <summary>Frees what is kept of the texts.</summary>
    public abstract void Dispose();

    /// <summary>The scores of what comes after the last ones of the tokens, (batch, last, vocabulary).</summary>
    private protected abstract Tensor ReadOn(Tensor tokens, long last);
}
