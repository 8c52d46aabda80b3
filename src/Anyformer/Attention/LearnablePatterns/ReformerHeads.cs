using Anyformer.Attention.Local;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LearnablePatterns;

/// <summary>What the heads of one Reformer layer do: tokens to contexts side by side, before the projection that joins them.</summary>
internal abstract class ReformerHeads : Module
{
    /// <summary>The contexts, (batch, tokens, heads · head width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What may not be seen.</param>
    internal Tensor Call(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("Reformer attention");
        using var scope = new TensorScope();
        return scope.Keep(Heads.Join(Forward(tokens, mask)));
    }

    /// <summary>The contexts, (batch, heads, tokens, head width).</summary>
    protected abstract Tensor Forward(Tensor tokens, AttentionMask? mask);
}

/// <summary>The heads of a layer that sees neighbouring chunks of tokens, the last before the first.</summary>
internal sealed class ReformerLocalHeads : ReformerHeads
{
    private readonly int _heads;

    internal ReformerLocalHeads(TokenMixerShape shape, LocalAttentionOptions options)
    {
        var inner = shape.Heads * shape.HeadWidth;
        _heads = shape.Heads;
        Query = new Linear(shape.Width, inner, bias: false);
        Key = new Linear(shape.Width, inner, bias: false);
        Value = new Linear(shape.Width, inner, bias: false);
        Function = new LocalAttention(shape.OfFunction, options with { Circular = true });
    }

    private Linear Query { get; }

    private Linear Key { get; }

    private Linear Value { get; }

    private LocalAttention Function { get; }

    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        Tensor Split(Linear projection) => Heads.Split(projection.Call(tokens), _heads);
        return Function.Call(Split(Query), Split(Key), Split(Value), mask);
    }
}
