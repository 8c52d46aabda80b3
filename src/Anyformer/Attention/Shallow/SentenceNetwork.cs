using Anyformer.Torch;

namespace Anyformer.Attention.Shallow;

/// <summary>
/// A shallow network from the tokens of a sentence, all at once, to as many others: what stands for a whole sublayer or layer of an encoder in Bozic et
/// al. 2023 (arXiv 2311.10642). Built for a number of tokens; shorter sentences end in zeros.
/// </summary>
public sealed class SentenceNetwork : TokenMixer, IAttentionStudent
{
    private const string Name = "A shallow network of whole sentences";

    private readonly int _limit;

    /// <summary>A network with fresh weights.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="size">How wide the hidden layer is.</param>
    public SentenceNetwork(TokenMixerShape shape, ShallowSize size)
    {
        _limit = Sentences.Limit(shape.Tokens);
        var numbers = _limit * shape.Width;
        Network = new ShallowNetwork(numbers, size.Hidden(numbers), numbers);
    }

    private ShallowNetwork Network { get; }

    Tensor IAttentionStudent.CallContexts(Tensor tokens, Tensor context, AttentionMask? mask) => Call(tokens, mask);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        mask?.RefuseCausal(Name);
        mask?.RefusePairs(Name);
        return Sentences.Unflatten(Network.Call(Sentences.Flatten(tokens, mask?.Keys, _limit)), mask?.Keys, tokens.Size(1), _limit);
    }
}
