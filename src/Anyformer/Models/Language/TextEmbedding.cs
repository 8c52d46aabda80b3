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
    /// <param name="width">Width of a vector.</param>
    /// <param name="positions">What is added; null for nothing.</param>
    /// <param name="dropout">Probability of dropout on the result.</param>
    internal TextEmbedding(LanguageShape shape, int width, PositionEncoding? positions, double dropout)
    {
        // Vectors of length about 1 make scores of about 1 where the output is tied; in the model they count as much as positions do.
        (_limit, _scale) = (shape.Tokens, Math.Sqrt(width));
        Table = new Embedding(shape.Vocabulary, width);
        _ = Initialization.Normal(Table.Weight, deviation: 1 / _scale);
        (Positions, Dropout) = (positions, new Dropout(dropout));
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
        var vectors = Table.Call(input) * _scale;
        return Dropout.Call(Positions is null ? vectors : Positions.CallTokens(vectors, first));
    }
}
