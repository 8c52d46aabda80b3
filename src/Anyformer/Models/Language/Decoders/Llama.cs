using Anyformer.Catalog;

namespace Anyformer.Models.Language.Decoders;

/// <summary>
/// Llama (Touvron et al. 2023): a pre-norm <see cref="TransformerDecoder"/> without biases, with RMSNorm, rotary positions, SwiGLU, and in its largest sizes
/// heads that share keys and values. Any of its parts can be another; with those of its own it reads and writes the checkpoints of Hugging Face's
/// <c>LlamaForCausalLM</c>.
/// </summary>
[Formula(
    "X_0 = E[ids]; X <- X + attention(norm(X)), X <- X + W2 (W3 norm(X) ⊙ silu(W1 norm(X))), causal; attention of grouped-query, positions of rope",
    "scores = norm(X_L) W_oᵀ",
    Where = "E: embedding, (vocabulary, width); W1, W3: (hidden, width); W2: (width, hidden); W_o: (vocabulary, width)")]
[Method("llama", "Llama", Family.LanguageModels, 2023,
    Paper = "Touvron, Lavril, Izacard, Martinet, Lachaux, Lacroix, Rozière, Goyal, Hambro, Azhar, Rodriguez, Joulin, Grave, Lample, LLaMA: Open and Efficient "
        + "Foundation Language Models, 2023, arXiv 2302.13971",
    Complexity = "O(tokens²), or what the attention mechanism costs")]
public sealed class Llama : NamedDecoder<LlamaOptions>
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public Llama(LanguageShape shape, LlamaOptions options) : base(shape, options) { }
}
