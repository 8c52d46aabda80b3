using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Changes attention scores before the softmax, or attention weights after it: relative positions, priors, heads that talk to each other.</summary>
public abstract class ScoreModifier : Module
{
    /// <summary>Whether what it does to a score depends on all keys, later ones too: such a modifier has no causal form.</summary>
    public virtual bool SeesAllKeys => false;

    /// <summary>Whether, of fewer queries than keys, the last get what they would get beside all the others.</summary>
    public virtual bool ReadsOn => false;

    /// <summary>
    /// What it adds to scores, (batch or 1, heads or 1, queries, keys), where that is all that it does: attention with such modifiers needs no scores of
    /// its own in memory. Null where it does more.
    /// </summary>
    /// <param name="queries">(batch, heads, queries, head width), not scaled.</param>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    internal virtual Tensor? AddedScores(Tensor queries, Tensor keys) => null;

    /// <summary>The scores before masks and the softmax, (batch, heads, queries, keys).</summary>
    /// <param name="scores">(batch, heads, queries, keys), scaled.</param>
    /// <param name="queries">(batch, heads, queries, head width), not scaled.</param>
    /// <param name="keys">(batch, heads, keys, head width).</param>
    public Tensor CallScores(Tensor scores, Tensor queries, Tensor keys)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(ModifyScores(scores, queries, keys));
    }

    /// <summary>The weights after the softmax and its dropout, (batch, heads, queries, keys).</summary>
    public Tensor CallWeights(Tensor weights)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(ModifyWeights(weights));
    }

    /// <summary>The changed scores: the same, unless a modifier knows better.</summary>
    protected virtual Tensor ModifyScores(Tensor scores, Tensor queries, Tensor keys) => scores;

    /// <summary>The changed weights: the same, unless a modifier knows better.</summary>
    protected virtual Tensor ModifyWeights(Tensor weights) => weights;
}
