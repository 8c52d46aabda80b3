using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>
/// A shallow network reads the whole sentence and gives what the heads of attention would, before their output projection, which stays: the attention
/// layer replacement (ALR) of an encoder in Bozic et al. 2023 (Rethinking Attention, arXiv 2311.10642). It is meant to be trained on what a teacher's
/// attention gave.
/// </summary>
[Formula(
    "Y = N W_o + b_o, N = U norm(leaky(V norm(r)))",
    Where = "r: the tokens of the sentence as one row, (tokens · width); N: what stands for the joined heads, (tokens, width); V: (hidden, tokens · width); U: (tokens · width, hidden); b_o: (width)")]
[Method("shallow-attention", "Shallow network for attention (ALR)", Family.Replacements, 2023,
    Paper = "Bozic, Dordevic, Coppola, Thommes, Singh, Rethinking Attention: Exploring Shallow Feed-Forward Neural Networks as an Alternative to Attention "
        + "Layers in Transformers, AAAI 2024, arXiv 2311.10642",
    Complexity = "O(tokens · hidden), hidden a share of tokens", System = "shallow-ff-attention")]
[Claims(FixedTokens = true)]
public sealed class ShallowAttention : TokenMixer, IAttentionStudent
{
    /// <summary>A network with fresh weights.</summary>
    public ShallowAttention(TokenMixerShape shape, ShallowAttentionOptions options) =>
        (Sentence, OutputProjection) = (new SentenceNetwork(shape, options.Size), new Linear(shape.Width, shape.Width));

    private SentenceNetwork Sentence { get; }

    private Linear OutputProjection { get; }

    Tensor IAttentionStudent.CallContexts(Tensor tokens, Tensor context, AttentionMask? mask) => Sentence.Call(tokens, mask);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => OutputProjection.Call(Sentence.Call(tokens, mask));
}
