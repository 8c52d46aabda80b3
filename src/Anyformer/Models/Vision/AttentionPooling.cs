using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>
/// A learned query gathers the tokens of an image, and a feed-forward works on what it gathered: (batch, tokens, width) to (batch, width)
/// (Lee et al. 2019, Set Transformer, arXiv 1810.00825; as the head of Zhai et al. 2022, Scaling Vision Transformers, arXiv 2106.04560).
/// </summary>
public sealed class AttentionPooling : Module
{
    /// <summary>A pooling with fresh weights.</summary>
    /// <param name="width">Width of a token.</param>
    /// <param name="heads">Heads side by side.</param>
    /// <param name="norm">The normalisation before the feed-forward.</param>
    /// <param name="hiddenWidth">Width of the feed-forward's hidden units.</param>
    public AttentionPooling(int width, int heads, NormalizationLayer norm, int hiddenWidth)
    {
        Latent = Initialization.TruncatedNormal(Parameter.Empty(1, 1, width), 0, 1 / Math.Sqrt(width));
        Attention = new MultiHeadAttention(width, heads, new SoftmaxAttention());
        (Norm, FeedForward) = (norm, new PositionwiseFeedForward(width, hiddenWidth, Activations.Named("gelu")));
    }

    /// <summary>The query, (1, 1, width).</summary>
    private Parameter Latent { get; }

    private MultiHeadAttention Attention { get; }

    private NormalizationLayer Norm { get; }

    private PositionwiseFeedForward FeedForward { get; }

    /// <summary>What the query gathers, (batch, width).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="counts">How often each token counts, (batch, tokens, 1); null counts each once.</param>
    public Tensor Call(Tensor tokens, Tensor? counts = null)
    {
        using var scope = new TensorScope(this);
        var gathered = Attention.CallWithKeys(Latent, tokens, counts).Tokens;
        return scope.Keep((gathered + FeedForward.Call(Norm.Call(gathered))).Squeeze(1));
    }
}
