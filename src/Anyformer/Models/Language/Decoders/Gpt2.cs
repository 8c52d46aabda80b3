using Anyformer.Catalog;

namespace Anyformer.Models.Language.Decoders;

/// <summary>
/// GPT-2 (Radford et al. 2019): a pre-norm <see cref="TransformerDecoder"/> with learned positions, whose scores are products with its embedding. Any of its
/// parts can be another; with those of its own it reads and writes the checkpoints of Hugging Face's <c>GPT2LMHeadModel</c>.
/// </summary>
[Formula(
    "X_0 = E[ids] + P; X <- X + attention(norm(X)), X <- X + W2 gelu(W1 norm(X) + b1) + b2, causal",
    "scores = norm(X_L) Eᵀ",
    Where = "E: embedding, (vocabulary, width); P: learned positions, (tokens, width); W1: (hidden, width); W2: (width, hidden); b1: (hidden); b2: (width)")]
[Method("gpt2", "GPT-2", Family.LanguageModels, 2019,
    Paper = "Radford, Wu, Child, Luan, Amodei, Sutskever, Language Models are Unsupervised Multitask Learners, 2019",
    Complexity = "O(tokens²), or what the attention mechanism costs")]
public sealed class Gpt2 : NamedDecoder<Gpt2Options>
{
    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The parts and the sizes inside.</param>
    /// <exception cref="UserException">Parts do not go together, or not with the sizes.</exception>
    public Gpt2(LanguageShape shape, Gpt2Options options) : base(shape, options) { }
}
