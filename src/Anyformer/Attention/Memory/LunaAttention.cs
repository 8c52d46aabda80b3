using Anyformer.Attention.Kernels;
using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>
/// Two attentions nested in each other: a memory of few vectors asks the context and packs it, then the tokens ask what is packed, so that the cost is
/// linear in both (Ma et al., NeurIPS 2021, arXiv 2106.01540, section 3). Its causal form packs for every token what came up to it (section 3.3).
/// </summary>
public sealed class LunaAttention : Module
{
    private readonly int _heads;
    private readonly int _packHeads;

    /// <summary>Attention with fresh weights.</summary>
    /// <param name="width">Width of tokens and of the memory.</param>
    /// <param name="heads">Heads with which tokens ask, and all heads of the causal form.</param>
    /// <param name="packHeads">Heads with which the memory asks.</param>
    /// <param name="tied">Whether keys and values of each of the two attentions are the same.</param>
    /// <param name="dropout">Probability of dropout on the weights of both.</param>
    /// <param name="packsValues">Whether values to pack have a projection of their own where they are not tied; the causal form has no use for it.</param>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public LunaAttention(int width, int heads, int packHeads, bool tied = true, double dropout = 0, bool packsValues = true)
    {
        _heads = width / new TokenMixerShape(0, width, heads).HeadWidth;
        _packHeads = width / new TokenMixerShape(0, width, packHeads).HeadWidth;
        PackQueryProjection = Projection(width);
        PackKeyProjection = Projection(width);
        PackValueProjection = tied || !packsValues ? null : Projection(width);
        QueryProjection = Projection(width);
        KeyProjection = Projection(width);
        ValueProjection = tied ? null : Projection(width);
        OutputProjection = new Linear(width, width);
        Initialization.XavierUniform(OutputProjection.Weight);
        Initialization.Constant(OutputProjection.Bias!, 0);
        Function = new SoftmaxAttention(dropout);
        Dropout = new Dropout(dropout);
    }

    private Linear PackQueryProjection { get; }

    private Linear PackKeyProjection { get; }

    private Linear? PackValueProjection { get; }

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear? ValueProjection { get; }

    private Linear OutputProjection { get; }

    private SoftmaxAttention Function { get; }

    private Dropout Dropout { get; }

    /// <summary>What the tokens get, (batch, tokens, width), and the context as packed, (batch, memory, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="memory">(batch, memory, width), or a batch of 1 for every sample.</param>
    /// <param name="context">What is packed, (batch, context tokens, width): the tokens themselves in self-attention.</param>
    /// <param name="contextMask">What may not be seen of the context; null lets all be seen.</param>
    /// <param name="memoryMask">What may not be seen of the memory; null lets all be seen.</param>
    public (Tensor Tokens, Tensor Packed) Call(
        Tensor tokens, Tensor memory, Tensor context, AttentionMask? contextMask = null, AttentionMask? memoryMask = null)
    {
        using var scope = new TensorScope();
        var asking = PackQueryProjection.Call(memory).Expand([context.Size(0), -1, -1]);
        var packed = Attend(_packHeads, asking, PackKeyProjection, PackValueProjection, context, contextMask);
        var mixed = Attend(_heads, QueryProjection.Call(tokens), KeyProjection, ValueProjection, packed, memoryMask);
        return (scope.Keep(OutputProjection.Call(mixed)), scope.Keep(packed));
    }

    /// <summary>What each token gets of those up to it, (batch, tokens, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="memory">(batch, memory, width), or a batch of 1 for every sample.</param>
    /// <param name="real">True at tokens that count, (batch, tokens); null when all do.</param>
    /// <param name="memoryReal">True at what counts of the memory, (batch, memory); null when all does.</param>
    public Tensor CallCausal(Tensor tokens, Tensor memory, Tensor? real = null, Tensor? memoryReal = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Continue(tokens, memory, state: null, real, memoryReal).Tokens);
    }

    /// <summary>The causal form, some tokens at a time: what the next tokens get, and the state to hand to the step after.</summary>
    /// <param name="tokens">(batch, new tokens, width).</param>
    /// <param name="memory">(batch, memory, width), or a batch of 1 for every sample.</param>
    /// <param name="state">What the step before gave; null at the first token.</param>
    public (Tensor Tokens, LunaState State) Step(Tensor tokens, Tensor memory, LunaState? state)
    {
        using var scope = new TensorScope();
        var (mixed, next) = Continue(tokens, memory, state, real: null, memoryReal: null);
        return (scope.Keep(mixed), next with { Keys = scope.Keep(next.Keys), Values = scope.Keep(next.Values) });
    }

    private (Tensor Tokens, LunaState State) Continue(Tensor tokens, Tensor memory, LunaState? state, Tensor? real, Tensor? memoryReal)
    {
        var (packing, seen) = (Packing(tokens, memory, real), Seen(tokens, state, real));
        var keys = Heads.Split(KeyProjection.Call(tokens), _heads);
        var values = ValueProjection is null ? keys : Heads.Split(ValueProjection.Call(tokens), _heads);
        var (scores, keySum) = Sum(Scaled(QueryProjection.Call(tokens)), keys, packing, state?.Keys);
        scores = scores / seen;
        if (memoryReal is not null)
            scores = scores.MaskedFill(!memoryReal.Unsqueeze(1).Unsqueeze(2), double.NegativeInfinity);
        var (contexts, valueSum) = Sum(Dropout.Call(scores.Softmax(-1)), packing, values, state?.Values);
        return (OutputProjection.Call(Heads.Join(contexts / seen)), new LunaState(keySum, valueSum, (state?.Seen ?? 0) + tokens.Size(1)));
    }

    /// <summary>How much each token adds to each vector of the memory, (batch, heads, tokens, memory).</summary>
    private Tensor Packing(Tensor tokens, Tensor memory, Tensor? real)
    {
        var products = Heads.Split(PackKeyProjection.Call(tokens), _heads).MatMul(Scaled(PackQueryProjection.Call(memory)).Transpose(-2, -1));
        var packing = Dropout.Call(products.Softplus(Math.Log(2)));
        return real is null ? packing : packing.MaskedFill(!AttentionMask.OfKeys(real).KeyRows!, 0);
    }

    /// <summary>The tokens up to each, itself with them, (1 or batch, 1, tokens, 1).</summary>
    private static Tensor Seen(Tensor tokens, LunaState? state, Tensor? real)
    {
        if (real is not null)
            return AttentionMask.OfKeys(real.To(tokens.DType).CumSum(1).ClampMin(1)).KeyRows!;
        var before = state?.Seen ?? 0;
        return Functional.Arange(before + 1, before + tokens.Size(1) + 1, dtype: tokens.DType, device: tokens.Device).View([1, 1, -1, 1]);
    }

    /// <summary><c>[t] = a[t] · (before + sum_(s ≤ t) b[s]^T c[s])</c>, and the sum over all tokens.</summary>
    private static (Tensor Products, Tensor Sum) Sum(Tensor a, Tensor b, Tensor c, Tensor? before)
    {
        var (products, sum) = (CausalProduct.Of(a, b, c), b.Transpose(-2, -1).MatMul(c));
        return before is null ? (products, sum) : (products + a.MatMul(before), sum + before);
    }

    private Tensor Attend(int heads, Tensor queries, Linear keyProjection, Linear? valueProjection, Tensor context, AttentionMask? mask)
    {
        var keys = Heads.Split(keyProjection.Call(context), heads);
        var values = valueProjection is null ? keys : Heads.Split(valueProjection.Call(context), heads);
        return Heads.Join(Function.Call(Heads.Split(queries, heads), keys, values, mask));
    }

    private Tensor Scaled(Tensor queries)
    {
        var heads = Heads.Split(queries, _heads);
        return heads * (1 / Math.Sqrt(heads.Size(-1)));
    }

    private static Linear Projection(int width)
    {
        var projection = new Linear(width, width);
        Initialization.XavierUniform(projection.Weight, 1 / Math.Sqrt(2));
        return projection;
    }
}

/// <summary>What the causal form of <see cref="LunaAttention"/> carries from token to token.</summary>
/// <param name="Keys">(batch, heads, head width, memory).</param>
/// <param name="Values">(batch, heads, memory, head width).</param>
/// <param name="Seen">Tokens so far.</param>
public sealed record LunaState(Tensor Keys, Tensor Values, long Seen);
