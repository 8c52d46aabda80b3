using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>A model that writes a text from another: a translation, a summary.</summary>
public abstract class SequenceToSequenceModel : Module
{
    /// <summary>Whether its decoder reads on under a <see cref="Attention.Decoding.DecodingState"/> with the same result as if it read all anew.</summary>
    public virtual bool ReadsOn => false;

    /// <summary>A score for each token to come next in the target, (batch, target tokens, target vocabulary).</summary>
    /// <param name="source">Token ids of the texts to write from, (batch, source tokens).</param>
    /// <param name="target">Token ids of what is written so far, (batch, target tokens).</param>
    /// <param name="sourceReal">True at tokens of the source, false at padding; null when there is no padding.</param>
    /// <param name="targetReal">True at tokens of the target, false at padding; null when there is no padding.</param>
    /// <exception cref="UserException">A text is longer than the model was built for, or a mechanism cannot obey the padding.</exception>
    public Tensor Call(Tensor source, Tensor target, Tensor? sourceReal = null, Tensor? targetReal = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Write(new TextInput(target) { Real = targetReal }, Read(new TextInput(source) { Real = sourceReal }), sourceReal));
    }

    /// <summary>What the decoder attends to, (batch, source tokens, width).</summary>
    /// <param name="source">The texts to write from.</param>
    /// <exception cref="UserException">A text is longer than the model was built for, or a mechanism cannot obey the padding.</exception>
    public Tensor CallEncoder(TextInput source)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Read(source));
    }

    /// <summary>A score for each token to come next in the target, (batch, target tokens, target vocabulary).</summary>
    /// <param name="target">What is written so far.</param>
    /// <param name="memory">What <see cref="CallEncoder"/> gave, (batch, source tokens, width).</param>
    /// <param name="sourceReal">True at tokens of the source, false at padding; null when there is no padding.</param>
    /// <exception cref="UserException">A text is longer than the model was built for, or a mechanism cannot obey the padding.</exception>
    public Tensor CallDecoder(TextInput target, Tensor memory, Tensor? sourceReal = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Write(target, memory, sourceReal));
    }

    /// <summary>The encoded source.</summary>
    protected abstract Tensor Read(TextInput source);

    /// <summary>The scores.</summary>
    protected abstract Tensor Write(TextInput target, Tensor memory, Tensor? sourceReal);
}

/// <summary>The sizes a model from texts to texts is built for.</summary>
/// <param name="Source">Of the texts to write from.</param>
/// <param name="Target">Of those to be written.</param>
public sealed record TranslationShape(LanguageShape Source, LanguageShape Target);
