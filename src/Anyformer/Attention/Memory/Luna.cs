using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>Options of <see cref="Luna"/>.</summary>
public sealed record LunaOptions
{
    /// <summary>Learned vectors of the memory.</summary>
    [Description("learned vectors of the memory"), Range(1, 65536)]
    public int Memory { get; init; } = 32;

    /// <summary>Heads with which the memory asks; null for as many as the tokens have. The causal form has only those.</summary>
    [Description("heads with which the memory asks; without it, as many as the tokens have"), Range(1, 1024)]
    public int? PackHeads { get; init; }

    /// <summary>Whether keys and values of each of the two attentions are the same.</summary>
    [Description("one projection for keys and values")]
    public bool Tied { get; init; } = true;
}

/// <summary>
/// Luna as a token mixer: the memory that packs the tokens is learned (Ma et al., NeurIPS 2021, arXiv 2106.01540). Unlike in the authors' encoder, where
/// the packed memory of a layer is what the next one packs with (<see cref="LunaEncoderLayer"/>), every mixer has its own.
/// </summary>
[Formula(
    "P' = softmax(P W_p (X U)ᵀ / √d) X U, heads joined",
    "Y = [softmax(X W_q (P' W_k)ᵀ / √d) P' W_v] W_o, W_v = W_k when tied",
    "causal: tokens pack by softplus instead of the softmax, divided by the number of tokens so far",
    Where = "P: memory, learned, (memory, width); P': packed, (batch, memory, width); W_p, U: (width, width)")]
[Claims(Growth = 1, Causal = true)]
[Method("luna", "Luna", Family.Memory, 2021,
    Paper = "Ma, Kong, Wang, Zhou, May, Ma, Zettlemoyer, Luna: Linear Unified Nested Attention, NeurIPS 2021, arXiv 2106.01540",
    Complexity = "O(memory · tokens)")]
public sealed class Luna : TokenMixer
{
    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public Luna(TokenMixerShape shape, LunaOptions options)
    {
        Memory = Initialization.Normal(Parameter.Empty(1, options.Memory, shape.Width));
        Attention = new LunaAttention(shape.Width, shape.Heads, options.PackHeads ?? shape.Heads, options.Tied, shape.Dropout);
    }

    /// <summary>(1, memory, width).</summary>
    private Parameter Memory { get; }

    private LunaAttention Attention { get; }

    /// <summary>The causal form, some tokens at a time; see <see cref="LunaAttention.Step"/>.</summary>
    public (Tensor Tokens, LunaState State) Step(Tensor tokens, LunaState? state) => Attention.Step(tokens, Memory, state);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefusePairs("Luna");
        return mask?.IsCausal == true
            ? Attention.CallCausal(tokens, Memory, mask.Keys)
            : Attention.Call(tokens, Memory, tokens, mask).Tokens;
    }
}
