using Anyformer.Catalog;

namespace Anyformer.Models.Language.Decoders;

/// <summary>
/// MASFormer (Zhang et al., Findings of EMNLP 2023, arXiv 2310.12442): GPT-Neo, a pre-norm <see cref="TransformerDecoder"/> with learned positions, whose
/// layers see all tokens or those near by, see <see cref="Attention.Mixed.MixedSpanAttention"/>. It has no weights of its own, so it goes on from GPT-Neo's.
/// </summary>
[Formula(
    "X_0 = E[ids] + P; X <- X + attention_l(norm(X)), X <- X + W2 gelu(W1 norm(X) + b1) + b2, causal",
    "attention_l: softmax(Q Kᵀ) V over all tokens in full layers, over those near by in others",
    "scores = norm(X_L) Eᵀ",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (tokens, width); W1: (hidden, width); W2: (width, hidden); b1: (hidden); b2: (width)")]
[Method("masformer", "MASFormer", Family.LanguageModels, 2023,
    Paper = "Zhang, Ram, Hawkins, Zha, Zhao, Efficient Long-Range Transformers: You Need to Attend More, but Not Necessarily at Every Layer, Findings of EMNLP 2023, arXiv 2310.12442",
    Complexity = "O(tokens²) in few layers, O(tokens · block) in the others")]
public sealed class MasFormer : NamedDecoder<MasFormerOptions>
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public MasFormer(LanguageShape shape, MasFormerOptions options) : base(shape, options) { }
}
