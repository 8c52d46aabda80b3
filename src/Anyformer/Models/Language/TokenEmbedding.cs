using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>The sizes of a <see cref="TokenEmbedding"/>.</summary>
/// <param name="Vocabulary">Kinds of tokens.</param>
/// <param name="Positions">Positions that have a vector.</param>
/// <param name="Types">Types of tokens, such as first and second sentence.</param>
/// <param name="Width">Width of a vector.</param>
public sealed record TokenEmbeddingShape(int Vocabulary, int Positions, int Types, int Width);

/// <summary>The sum of learned vectors of a token, its position and its type (Devlin et al. 2019, arXiv 1810.04805, section 3).</summary>
public sealed class TokenEmbedding : Module
{
    private readonly double _tokenScale;

    /// <summary>Tables drawn from N(0, 1).</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="padding">The token of padding, whose vector is not trained; null for none.</param>
    /// <param name="positionPadding">The position of padding, whose vector is not trained; null for none.</param>
    /// <param name="tokenScale">What the vectors of tokens are multiplied by.</param>
    public TokenEmbedding(TokenEmbeddingShape shape, int? padding = null, int? positionPadding = null, double tokenScale = 1)
    {
        _tokenScale = tokenScale;
        Tokens = new Embedding(shape.Vocabulary, shape.Width, padding);
        Positions = new Embedding(shape.Positions, shape.Width, positionPadding);
        Types = new Embedding(shape.Types, shape.Width);
    }

    private Embedding Tokens { get; }

    private Embedding Positions { get; }

    private Embedding Types { get; }

    /// <summary>The sums, (batch, tokens, width).</summary>
    /// <param name="tokens">Numbers of tokens, (batch, tokens).</param>
    /// <param name="positions">Numbers of positions, broadcastable to (batch, tokens).</param>
    /// <param name="types">Numbers of types, (batch, tokens); null when all are of the first.</param>
    public Tensor Call(Tensor tokens, Tensor positions, Tensor? types = null)
    {
        using var scope = new TensorScope(this);
        var embedded = Tokens.Call(tokens);
        if (_tokenScale != 1)
            embedded *= _tokenScale;
        return scope.Keep(embedded + Positions.Call(positions) + Types.Call(types ?? tokens.NewZeros([1, 1])));
    }
}
