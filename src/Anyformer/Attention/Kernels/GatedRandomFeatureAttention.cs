using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// Random feature attention with a memory that forgets: every token says by a gate, one for each head, how much of the sums so far stays,
/// <c>S[t] = g[t] S[t-1] + (1 - g[t]) map(k[t])^T v[t]</c> (RFA-Gate, Peng et al., ICLR 2021, arXiv 2103.02143, section 3.2). It goes from left to
/// right whether or not the mask is causal; padding leaves the memory as it is.
/// </summary>
[Formula(
    "g_t = σ(x_t W_g), M_t = g_t M_(t-1) + (1 - g_t) φ(k_t)ᵀ v_t, z_t = g_t z_(t-1) + (1 - g_t) φ(k_t)",
    "y_t = [φ(q_t) M_t / max(φ(q_t)·z_t, 1e-3)] W_o, φ of random-fourier",
    Where = "g: gate, (heads); W_g: (width, heads), with a bias; M: memory, (heads, features, d); z: (heads, features)")]
[Claims(Growth = 1, Causal = true)]
[Method("rfa-gate", "RFA-Gate", Family.Kernels, 2021,
    System = "random-feature-attention",
    Paper = "Peng, Pappas, Yogatama, Schwartz, Smith, Kong, Random Feature Attention, ICLR 2021, arXiv 2103.02143",
    Complexity = "O(tokens)")]
public sealed class GatedRandomFeatureAttention : TokenMixer
{
    private const double Floor = 1e-3;

    private readonly int _heads;

    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public GatedRandomFeatureAttention(TokenMixerShape shape, RandomFourierFeatureMapOptions options)
    {
        var inner = shape.Heads * shape.HeadWidth;
        _heads = shape.Heads;
        QueryProjection = new Linear(shape.Width, inner);
        KeyProjection = new Linear(shape.Width, inner);
        ValueProjection = new Linear(shape.Width, inner);
        Gate = new Linear(shape.Width, shape.Heads);
        OutputProjection = new Linear(inner, shape.Width);
        Features = new RandomFourierFeatureMap(shape.OfFunction, options);
    }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear Gate { get; }

    private Linear OutputProjection { get; }

    private RandomFourierFeatureMap Features { get; }

    /// <summary>New tokens after those of a state, and the state with them: the recurrent form.</summary>
    /// <param name="tokens">(batch, new tokens, width).</param>
    /// <param name="state">What the step before gave; null at the first token.</param>
    public (Tensor Tokens, Tensor State) Step(Tensor tokens, Tensor? state = null)
    {
        using var scope = new TensorScope();
        return scope.Keep(Mix(tokens, real: null, state));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("RFA-Gate");
        return Mix(tokens, mask?.KeyRows, memory: null).Tokens;
    }

    private (Tensor Tokens, Tensor Memory) Mix(Tensor tokens, Tensor? real, Tensor? memory)
    {
        Tensor Project(Linear projection) => Heads.Split(projection.Call(tokens), _heads);
        var (queries, keys) = Features.Call(Project(QueryProjection), Project(KeyProjection), AttentionMask.Causal);
        var gates = Gate.Call(tokens).InFull().Transpose(1, 2).Unsqueeze(-1);
        var (stays, enters) = (gates.LogSigmoid(), (-gates).Sigmoid());
        if (real is not null)
            (stays, enters) = (stays.MaskedFill(!real, 0), enters.MaskedFill(!real, 0));
        var values = Project(ValueProjection);
        var counted = values.InFull().ConstantPadNd([0, 1], 1);
        (var sums, memory) = GatedProduct.Of(queries.InFull(), keys.InFull() * enters, counted, stays, memory);
        var contexts = sums.Narrow(-1, 0, values.Size(-1)) / sums.Narrow(-1, values.Size(-1), 1).ClampMin(Floor);
        return (OutputProjection.Call(Heads.Join(contexts.To(values.DType))), memory);
    }
}
