using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>A mixer that can learn what the heads of attention give, before their output projection.</summary>
internal interface IAttentionStudent
{
    /// <summary>What stands for the joined contexts of the heads, (batch, tokens, width); 0 at padding.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="context">What cross-attention attends to, (batch, context tokens, width); the tokens themselves in self-attention.</param>
    /// <param name="mask">What attention may see.</param>
    Tensor CallContexts(Tensor tokens, Tensor context, AttentionMask? mask);
}
