using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>
/// A shallow network that reads a context and the tokens, each as one row, and gives what the heads of cross-attention would, before their output
/// projection, which stays (Bozic et al. 2023, Rethinking Attention, arXiv 2311.10642).
/// </summary>
/// <remarks>A token's output depends on later tokens too: told a whole target, a decoder with it sees what it is to say.</remarks>
[Formula(
    "Y = N W_o + b_o, N = U norm(leaky(V norm([c, r])))",
    Where = "c, r: the tokens of the context and those that ask, each as one row, (tokens · width); N: what stands for the joined heads, (tokens, width); V: (hidden, (context tokens + tokens) · width); U: (tokens · width, hidden); b_o: (width)")]
[Method("shallow-cross-attention", "Shallow network for cross-attention (ALR)", Family.Replacements, 2023,
    Paper = "Bozic, Dordevic, Coppola, Thommes, Singh, Rethinking Attention: Exploring Shallow Feed-Forward Neural Networks as an Alternative to Attention "
        + "Layers in Transformers, AAAI 2024, arXiv 2311.10642",
    Complexity = "O((context tokens + tokens) · hidden), hidden a share of both", System = "shallow-ff-attention")]
[Claims(FixedTokens = true)]
public sealed class ShallowCrossAttention : CrossMixer, IAttentionStudent
{
    private const string Name = "A shallow network for cross-attention";

    private readonly int _limit;
    private readonly int _contextLimit;

    /// <summary>A network with fresh weights.</summary>
    public ShallowCrossAttention(TokenMixerShape shape, ShallowAttentionOptions options)
    {
        (_limit, _contextLimit) = (Sentences.Limit(shape.Tokens), Sentences.Limit(shape.ContextTokens ?? shape.Tokens));
        var inputs = (_limit + _contextLimit) * shape.Width;
        Network = new ShallowNetwork(inputs, options.Size.Hidden(inputs), _limit * shape.Width);
        OutputProjection = new Linear(shape.Width, shape.Width);
    }

    private ShallowNetwork Network { get; }

    private Linear OutputProjection { get; }

    Tensor IAttentionStudent.CallContexts(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        using var scope = new TensorScope();
        return scope.Keep(Contexts(tokens, context, mask));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Tensor context, AttentionMask? mask) => OutputProjection.Call(Contexts(tokens, context, mask));

    private Tensor Contexts(Tensor tokens, Tensor context, AttentionMask? mask)
    {
        mask?.RefuseCausal(Name);
        mask?.RefusePairs(Name);
        var rows = Functional.Cat([Sentences.Flatten(context, mask?.Keys, _contextLimit), Sentences.Flatten(tokens, mask?.Queries, _limit)], 1);
        return Sentences.Unflatten(Network.Call(rows), mask?.Queries, tokens.Size(1), _limit);
    }
}
