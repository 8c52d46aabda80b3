using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Simplified;

/// <summary>Options of <see cref="SimplifiedAttention"/>.</summary>
public sealed record SimplifiedAttentionOptions
{
    /// <summary>The shaped attention.</summary>
    [Description("the shaped attention: gains of the attention, of the token itself and of the mean")]
    public ShapedAttentionOptions Shape { get; init; } = new();

    /// <summary>The map to values.</summary>
    [Description("map to values")]
    public IdentityMapOptions Values { get; init; } = new();

    /// <summary>The map of the joined heads.</summary>
    [Description("map of the joined heads")]
    public IdentityMapOptions Output { get; init; } = new();

    /// <summary>Standard deviation of the fresh weights of queries; 0 lets shaped attention begin as the identity.</summary>
    [Description("standard deviation of fresh weights of queries"), Range(0.0, 1e3)]
    public double QueryDeviation { get; init; }

    /// <summary>Standard deviation of the fresh weights of keys.</summary>
    [Description("standard deviation of fresh weights of keys"), Range(0.0, 1e3)]
    public double KeyDeviation { get; init; } = 0.02;

    /// <summary>Whether queries and keys are normalised.</summary>
    [Description("queries and keys are normalised over the width of a head")]
    public bool NormalizesQueriesAndKeys { get; init; }

    /// <summary>Added to the root in the normalisation of queries and keys.</summary>
    [Description("added to the root in the normalisation of queries and keys"), Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-5;
}

/// <summary>
/// Multi-head shaped attention that can do without a map to values and one of the joined heads: where those would be the identity they are not there
/// (He and Hofmann, ICLR 2024, arXiv 2311.01906, sections 4.1 and 4.2).
/// </summary>
[Formula(
    "Y = (α A + β I - γ C) X, of each head its columns of X",
    "A = softmax(X W_q (X W_k)ᵀ / √d)",
    "C_ij = 1/i for j ≤ i where masks are causal, 1/n where not",
    Where = "α, β, γ: learned, one of each head, 1 at first; I, C: identity and uniform attention, (tokens, tokens)")]
[Claims(Causal = true)]
[Method("simplified-attention", "Shaped attention without values and projection", Family.LightweightBlocks, 2023, System = "simplified-blocks",
    Paper = "He, Hofmann, Simplifying Transformer Blocks, ICLR 2024, arXiv 2311.01906", Complexity = "O(tokens²)")]
public sealed class SimplifiedAttention : TokenMixer
{
    private readonly int _heads;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, or the mixer is to work positions in.</exception>
    public SimplifiedAttention(TokenMixerShape shape, SimplifiedAttentionOptions options)
    {
        _heads = shape.Heads;
        QueryKeyProjection = new Linear(shape.Width, 2 * shape.Width);
        Draw(QueryKeyProjection, shape.Width, options);
        ValueMap = options.Values.Build(shape.Width);
        OutputMap = options.Output.Build(shape.Width);
        Function = Attending(shape, options);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => true;

    /// <summary>To queries and keys, side by side.</summary>
    private Linear QueryKeyProjection { get; }

    private TensorModule? ValueMap { get; }

    private TensorModule? OutputMap { get; }

    private AttentionFunction Function { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var projected = QueryKeyProjection.Call(tokens).Chunk(2, -1);
        var values = ValueMap is null ? tokens : ValueMap.Call(tokens);
        var contexts = Heads.Join(Function.Call(Heads.Split(projected[0], _heads), Heads.Split(projected[1], _heads), Heads.Split(values, _heads), mask));
        return OutputMap is null ? contexts : OutputMap.Call(contexts);
    }

    private static AttentionFunction Attending(TokenMixerShape shape, SimplifiedAttentionOptions options)
    {
        var shaped = new ShapedAttention(shape.OfFunction, options.Shape);
        RootRmsNorm Norm() => new(shape.HeadWidth, options.NormEpsilon);
        return options.NormalizesQueriesAndKeys ? new QueryKeyNorm(shaped, Norm(), Norm()) : shaped;
    }

    private static void Draw(Linear projection, long width, SimplifiedAttentionOptions options)
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        projection.Weight.Narrow(0, 0, width).NormalInPlace(0, options.QueryDeviation);
        projection.Weight.Narrow(0, width, width).NormalInPlace(0, options.KeyDeviation);
        _ = Initialization.Constant(projection.Bias!, 0);
    }
}
