using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Local;

/// <summary>What <see cref="LocalMultiHeadAttention"/> adds to the heads.</summary>
/// <param name="InputNorm">Whether tokens are normalised first.</param>
/// <param name="UnitQueriesAndKeys">Whether queries and keys have length 1 before learned scales (Henry et al. 2020, arXiv 2010.04245).</param>
/// <param name="Gates">Whether every head's context is multiplied by a gate that its token opens.</param>
public sealed record LocalMultiHeadAttentionOptions(bool InputNorm = false, bool UnitQueriesAndKeys = false, bool Gates = false);

/// <summary>
/// Local attention in several heads with what the reference implementation of local Transformers has around it (lucidrains/local-attention,
/// <c>LocalMHA</c>); projections have no bias.
/// </summary>
public sealed class LocalMultiHeadAttention : TokenMixer
{
    private readonly TokenMixerShape _shape;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public LocalMultiHeadAttention(TokenMixerShape shape, LocalAttentionOptions local, LocalMultiHeadAttentionOptions options)
    {
        _shape = shape;
        var inner = shape.Heads * shape.HeadWidth;
        InputNorm = options.InputNorm ? new LayerNorm(shape.Width) : null;
        Projection = new Linear(shape.Width, 3 * inner, bias: false);
        if (options.UnitQueriesAndKeys)
        {
            QueryScale = Initialization.Constant(Parameter.Empty(shape.HeadWidth), 1);
            KeyScale = Initialization.Constant(Parameter.Empty(shape.HeadWidth), 1);
        }

        Gate = options.Gates ? new Linear(shape.Width, shape.Heads) : null;
        Function = new LocalAttention(shape.OfFunction, local);
        OutputProjection = new Linear(inner, shape.Width, bias: false);
    }

    private LayerNorm? InputNorm { get; }

    private Linear Projection { get; }

    private Parameter? QueryScale { get; }

    private Parameter? KeyScale { get; }

    private Linear? Gate { get; }

    private LocalAttention Function { get; }

    private Linear OutputProjection { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var input = InputNorm is null ? tokens : InputNorm.Call(tokens);
        var heads = Projection.Call(input).View([tokens.Size(0), tokens.Size(1), 3, _shape.Heads, _shape.HeadWidth]).Transpose(1, 3).Unbind(2);
        var (queries, keys, values) = (heads[0], heads[1], heads[2]);
        if (QueryScale is not null)
            (queries, keys) = (queries.ToUnitLength() * QueryScale, keys.ToUnitLength() * KeyScale!);
        var contexts = Function.Call(queries, keys, values, mask);
        if (Gate is not null)
            contexts = contexts * Gate.Call(input).Sigmoid().Transpose(1, 2).Unsqueeze(-1);
        return OutputProjection.Call(contexts.Transpose(1, 2).Flatten(2));
    }
}
