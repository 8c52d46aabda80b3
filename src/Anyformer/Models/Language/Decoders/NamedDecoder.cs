using Anyformer.Torch;

namespace Anyformer.Models.Language.Decoders;

/// <summary>A decoder with its authors' choice of parts: what it adds to <see cref="TransformerDecoder"/> are its options, sizes and official names.</summary>
/// <typeparam name="TOptions">Its options.</typeparam>
public abstract class NamedDecoder<TOptions> : LanguageModel, ISizedTextModel where TOptions : TransformerOptions
{
    private protected NamedDecoder(LanguageShape shape, TOptions options) => (Shape, Options, Decoder) = (shape, options, new TransformerDecoder(shape, options));

    /// <summary>The sizes of the texts.</summary>
    public LanguageShape Shape { get; }

    /// <summary>The parts and the sizes inside.</summary>
    public TOptions Options { get; }

    /// <inheritdoc/>
    public sealed override bool ReadsOn => Decoder.ReadsOn;

    /// <inheritdoc/>
    public sealed override bool TakesPositions => Decoder.TakesPositions;

    /// <inheritdoc/>
    public sealed override bool TakesDocuments => Decoder.TakesDocuments;

    private TransformerDecoder Decoder { get; }

    /// <inheritdoc/>
    protected sealed override Tensor Encode(TextInput text) => Decoder.CallStates(text);

    /// <inheritdoc/>
    protected sealed override Tensor Score(Tensor states) => Decoder.CallScores(states);
}
