using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>A token mixer for one stream and a channel mixer for the other, each behind its normalisation.</summary>
public sealed class ReversibleBlock(TokenMixer mixer, NormalizationLayer mixerNorm, ChannelMixer feedForward, NormalizationLayer feedForwardNorm, double dropout = 0)
    : Module
{
    private TokenMixer Mixer { get; } = mixer;

    private NormalizationLayer MixerNorm { get; } = mixerNorm;

    private ChannelMixer FeedForward { get; } = feedForward;

    private NormalizationLayer FeedForwardNorm { get; } = feedForwardNorm;

    private Dropout Dropout { get; } = new(dropout);

    /// <summary>The branch of the mixer, then that of the feed-forward part.</summary>
    internal IEnumerable<ReversibleBranch> Branches(AttentionMask? mask) =>
    [
        new(tokens => Dropout.Call(Mixer.Call(MixerNorm.Call(tokens), mask)), [.. MixerNorm.Parameters(), .. Mixer.Parameters()]),
        new(tokens => Dropout.Call(FeedForward.Call(FeedForwardNorm.Call(tokens))), [.. FeedForwardNorm.Parameters(), .. FeedForward.Parameters()]),
    ];
}

/// <summary>
/// Blocks on two streams that begin alike, <c>a += f(h)</c> and <c>h += g(a)</c>. The backward pass computes each block's input again from its output,
/// so that memory hardly grows with the number of blocks, at the price of one more forward pass (Gomez et al. 2017, arXiv 1707.04585;
/// Kitaev et al., ICLR 2020, arXiv 2001.04451, section 3).
/// </summary>
[Formula(
    "A_(l+1) = A_l + f_l(B_l), B_(l+1) = B_l + g_l(A_(l+1)), A_0 = B_0 = X",
    "Y = (A_L + B_L) / 2",
    "backward: B_l = B_(l+1) - g_l(A_(l+1)), A_l = A_(l+1) - f_l(B_l)",
    Where = "A, B: streams, (batch, tokens, width); f: token mixer behind its norm; g: channel mixer behind its norm")]
[Method("reversible", "Reversible blocks", Family.AlternativeBlocks, 2020, System = "architectures",
    Paper = "Gomez, Ren, Urtasun, Grosse, The Reversible Residual Network, NeurIPS 2017, arXiv 1707.04585; Kitaev, Kaiser, Levskaya, Reformer, ICLR 2020, arXiv 2001.04451",
    Complexity = "O(blocks · what a block costs), with the memory of one block")]
public sealed class ReversibleEncoder(IEnumerable<ReversibleBlock> blocks) : Module
{
    private ModuleList<ReversibleBlock> Blocks { get; } = new(blocks);

    /// <summary>The mean of both streams after all blocks, (batch, tokens, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixers may not see.</param>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        var (first, second) = CallStreams(tokens, mask);
        return scope.Keep((first + second) * 0.5);
    }

    /// <summary>Both streams after all blocks, each (batch, tokens, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixers may not see.</param>
    public (Tensor First, Tensor Second) CallStreams(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope();
        // The backward pass runs the blocks again, when the scopes of this call are gone.
        var lasting = mask is null ? null : mask with { Keys = Lasting(mask.Keys), Queries = Lasting(mask.Queries), Pairs = Lasting(mask.Pairs) };
        var (first, second) = new ReversibleSequence([.. Blocks.SelectMany(block => block.Branches(lasting))]).Call(tokens, tokens);
        return (scope.Keep(first), scope.Keep(second));
    }

    private static Tensor? Lasting(Tensor? tensor) => tensor?.Alias().OutliveScopes();
}
