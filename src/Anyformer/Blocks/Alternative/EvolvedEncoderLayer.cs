using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>
/// The encoder layer that an evolutionary search found: a gated map, convolutions in two branches, attention, feed-forward, each before a skip connection
/// (So, Liang, Le, ICML 2019, arXiv 1901.11117, figure 3). A stack of them ends on a <see cref="LayerNorm"/>.
/// </summary>
[Formula(
    "A = X + (norm(X) W1) ⊙ σ(norm(X) W2)",
    "B = A + sepconv9(norm(relu(norm(A) W3) + relu(conv3(norm(A)))))",
    "C = B + attention(norm(B))",
    "Y = C + relu(norm(C) W4) W5",
    Where = "A, B, C: (batch, tokens, width); W1, W2: (width, width); W3, W4: (width, 4 · width); W5: (4 · width, width)")]
[Method("evolved-encoder", "Evolved Transformer, encoder layer", Family.AlternativeBlocks, 2019, System = "architectures",
    Paper = "So, Liang, Le, The Evolved Transformer, ICML 2019, arXiv 1901.11117",
    Complexity = "O(tokens²)")]
public sealed class EvolvedEncoderLayer : Module
{
    private readonly int _width;

    /// <summary>A layer with fresh weights.</summary>
    /// <param name="width">Width of a token, a multiple of 2 and of the heads.</param>
    /// <param name="heads">Heads of attention.</param>
    /// <param name="dropout">Probability of dropout on what each part adds, and on attention weights.</param>
    /// <exception cref="UserException">The width is no multiple of the heads or of 2.</exception>
    public EvolvedEncoderLayer(int width, int heads, double dropout = 0)
    {
        if (width % 2 != 0)
            throw new UserException($"An evolved layer needs an even width, found {width}.");
        _width = width;
        (Values, Gates) = (new Linear(width, width), new Linear(width, width));
        Left = new Linear(width, 4 * width);
        Right = new Conv1d(width, width / 2, kernel: 3, padding: 1);
        Joined = new SeparableConvolution(4 * width, width / 2, kernel: 9);
        Attention = EvolvedParts.Attention(width, heads, dropout);
        FeedForward = new PositionwiseFeedForward(width, 4 * width, Activations.Named("relu"), dropout);
        Norms = ModuleList<LayerNorm>.Of(5, i => EvolvedParts.Norm(i == 2 ? 4 * width : width));
        Dropout = new Dropout(dropout);
    }

    private Linear Values { get; }

    private Linear Gates { get; }

    private Linear Left { get; }

    private Conv1d Right { get; }

    private SeparableConvolution Joined { get; }

    private MultiHeadAttention Attention { get; }

    private PositionwiseFeedForward FeedForward { get; }

    /// <summary>Before the gated map, the branches, their sum, attention and feed-forward.</summary>
    private ModuleList<LayerNorm> Norms { get; }

    private Dropout Dropout { get; }

    /// <summary>The tokens after the layer.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">Padding, which convolutions see as zeros; the layer has no causal form.</param>
    /// <exception cref="UserException">The mask is causal or of pairs.</exception>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        mask?.RefuseCausal("The evolved encoder");
        mask?.RefusePairs("The evolved encoder's convolution");
        using var scope = new TensorScope();
        var real = mask?.Keys?.Unsqueeze(-1).To(tokens.DType);
        var gated = Norms[0].Call(tokens);
        tokens += Dropout.Call(Values.Call(gated) * Gates.Call(gated).Sigmoid());
        tokens += Dropout.Call(Branches(tokens, real));
        tokens += Dropout.Call(Attention.Call(Norms[3].Call(tokens), mask));
        return scope.Keep(tokens + Dropout.Call(FeedForward.Call(Norms[4].Call(tokens))));
    }

    private Tensor Branches(Tensor tokens, Tensor? real)
    {
        Tensor Masked(Tensor input) => real is null ? input : input * real;
        var input = Masked(Norms[1].Call(tokens));
        var left = Dropout.Call(Left.Call(input).Relu());
        var right = Dropout.Call(Right.Call(input.Transpose(1, 2)).Relu().Transpose(1, 2));
        var sum = Masked(Norms[2].Call(left + EvolvedParts.Widen(right, 4 * _width)));
        return EvolvedParts.Widen(Joined.Call(sum, before: 4), _width);
    }
}
