using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>The vectors of tokens, positions and types, added, normalised where wanted, and brought to the width of the layers.</summary>
internal sealed class EncoderEmbedding : Module
{
    internal EncoderEmbedding(LanguageShape shape, EncoderOptions options, TransformerParts parts)
    {
        var width = options.EmbeddingWidth ?? options.Width;
        Text = parts.Embedding(shape, options with { Width = width, EmbeddingDropout = 0 });
        Types = options.Types > 0 ? new Embedding(options.Types, width) : null;
        Norm = options.NormalizesEmbeddings ? parts.Norm(width) : null;
        Dropout = new Dropout(options.EmbeddingDropout ?? options.Dropout);
        Projection = width == options.Width ? null : new Linear(width, options.Width);
        if (options.InitialDeviation is { } deviation)
            NormalWeights.Draw(this, deviation);
    }

    /// <summary>The vectors of tokens and positions.</summary>
    internal TextEmbedding Text { get; }

    private Embedding? Types { get; }

    private NormalizationLayer? Norm { get; }

    private Dropout Dropout { get; }

    private Linear? Projection { get; }

    /// <summary>The vectors, (batch, tokens, width).</summary>
    /// <exception cref="UserException">There are more tokens than the model was built for, or types and it knows none.</exception>
    internal Tensor Call(TextInput text)
    {
        using var scope = new TensorScope(this);
        var vectors = Text.Call(text.Tokens);
        if (Types is null)
            text.RefuseTypes(nameof(TransformerEncoder));
        else
            vectors += Types.Call(text.Types ?? text.Tokens.NewZeros([1, 1]));
        vectors = Dropout.Call(Norm is null ? vectors : Norm.Call(vectors));
        return scope.Keep(Projection is null ? vectors : Projection.Call(vectors));
    }
}
