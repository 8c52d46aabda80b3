using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Where a position encoding works.</summary>
public enum PositionPlace
{
    /// <summary>Once, on the tokens before the first block.</summary>
    Tokens,

    /// <summary>On the queries and keys of every block.</summary>
    QueriesAndKeys,

    /// <summary>On the scores of every block.</summary>
    Scores,
}

/// <summary>
/// Tells tokens where they stand, at one of three places: added to the tokens before the first block, worked into the queries and keys of every
/// block, or as a change of its scores, see <see cref="PositionBias"/>.
/// </summary>
public abstract class PositionEncoding : Module
{
    /// <summary>Where it works.</summary>
    public virtual PositionPlace Place => PositionPlace.Tokens;

    /// <summary>Whether a token that was read before others gets what it would have got beside them.</summary>
    public virtual bool ReadsOn => true;

    /// <summary>Whether queries and keys must be worked into together, because what each gets changes with the number of tokens, and only their products do not.</summary>
    public virtual bool DependsOnLength => false;

    /// <summary>
    /// Whether tokens stand where the caller of a host says, see <see cref="TokenContext"/>; other encodings know only that they stand in a row.
    /// </summary>
    public virtual bool TakesPositions => false;

    /// <summary>The tokens as they go into the first block.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="first">The position of the first token: more than 0 where a sample goes on.</param>
    public Tensor CallTokens(Tensor tokens, long first = 0)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(EncodeTokens(tokens, first));
    }

    /// <summary>The queries of a block.</summary>
    /// <param name="queries">(batch, heads, tokens, head width).</param>
    /// <param name="first">The position of the first token.</param>
    public Tensor CallQueries(Tensor queries, long first = 0)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(EncodeQueries(queries, first));
    }

    /// <summary>The keys of a block.</summary>
    /// <param name="keys">(batch, heads, tokens, head width).</param>
    /// <param name="first">The position of the first token.</param>
    public Tensor CallKeys(Tensor keys, long first = 0)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(EncodeKeys(keys, first));
    }

    /// <summary>The encoded tokens: the same, unless an encoding works here.</summary>
    protected virtual Tensor EncodeTokens(Tensor tokens, long first) => tokens;

    /// <summary>The encoded queries: the same, unless an encoding works here.</summary>
    protected virtual Tensor EncodeQueries(Tensor queries, long first) => queries;

    /// <summary>The encoded keys: the same, unless an encoding works here.</summary>
    protected virtual Tensor EncodeKeys(Tensor keys, long first) => keys;
}
