using Anyformer.Attention.Decoding;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Token ids to vectors, with positions where those are added to tokens: (batch, tokens) to (batch, tokens, width).</summary>
internal sealed class TextEmbedding : TensorModule
{
    private readonly int _limit;
    private readonly double _scale;

    /// <param name="shape">Vocabulary and most tokens.</param>
    /// <param name="options">Width, scale, dropout and fresh weights.</param>
    /// <param name="positions">What is added; null for nothing.</param>
    /// <param name="table">The table of another embedding to be shared; null for a fresh one.</param>
    internal TextEmbedding(LanguageShape shape, TransformerOptions options, PositionEncoding? positions, Embedding? table = null)
    {
        _limit = shape.Tokens;
        _scale = options.ScalesEmbeddings ? Math.Sqrt(options.Width) : 1;
        Table = table ?? new Embedding(shape.Vocabulary, options.Width, options.PaddingToken);
        (Positions, Dropout) = (positions, new Dropout(options.EmbeddingDropout ?? options.Dropout));
        // Vectors of length about 1 make scores of about 1 where the output is tied; multiplied by the root they count as much as positions do.
        if (table is null)
            Table.Draw(1 / Math.Sqrt(options.Width));
        if (options.InitialDeviation is { } deviation)
            NormalWeights.Draw(this, deviation);
    }

    /// <summary>(vocabulary, width).</summary>
    internal Embedding Table { get; }

    private PositionEncoding? Positions { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    /// <exception cref="UserException">There are more tokens than the model was built for.</exception>
    protected override Tensor Forward(Tensor input)
    {
        var first = DecodingState.Position;
        if (first + input.Size(1) > _limit)
            throw new UserException($"The model was built for texts of {_limit} tokens, found {first + input.Size(1)}.");
        var vectors = Table.Call(input);
        if (_scale != 1)
            vectors *= _scale;
        return Dropout.Call(Positions is null ? vectors : Positions.CallTokens(vectors, first));
    }
}
