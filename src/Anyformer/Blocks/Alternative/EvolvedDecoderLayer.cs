using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>
/// The decoder layer of the Evolved Transformer (So, Liang, Le, ICML 2019, arXiv 1901.11117, figure 3): attention to itself and to the encoder side by
/// side, causal convolutions in two branches, attention to itself, to the encoder, and feed-forward. A stack of them ends on a <see cref="LayerNorm"/>.
/// </summary>
[Formula(
    "A = X + attention(norm(X)) + cross(norm(X), E)",
    "B = A + sepconv7(norm(relu(sepconv11(norm(A))) + sepconv7(norm(A))))",
    "C = B + attention(norm(B)), F = C + cross(norm(C), E)",
    "Y = F + norm(silu(norm(F) W1)) W2",
    Where = "A, B, C, F: (batch, tokens, width); E: the encoder's output, (batch, context tokens, width); W1: (width, 4 · width); "
        + "W2: (4 · width, width)")]
[Method("evolved-decoder", "Evolved Transformer, decoder layer", Family.AlternativeBlocks, 2019, System = "architectures",
    Paper = "So, Liang, Le, The Evolved Transformer, ICML 2019, arXiv 1901.11117",
    Complexity = "O(tokens²)")]
public sealed class EvolvedDecoderLayer : Module
{
    private const int MostHeads = 16;

    private readonly int _width;

    /// <summary>A layer with fresh weights.</summary>
    /// <param name="width">Width of a token, even, and a multiple of the heads and of those of the first attention, which has twice as many, up to 16.</param>
    /// <param name="heads">Heads of attention.</param>
    /// <param name="dropout">Probability of dropout on what each part adds, and on attention weights.</param>
    /// <exception cref="UserException">The width is no multiple of the heads or of 2.</exception>
    public EvolvedDecoderLayer(int width, int heads, double dropout = 0)
    {
        if (width % 2 != 0)
            throw new UserException($"An evolved layer needs an even width, found {width}.");
        _width = width;
        MultiHeadAttention Attention(int count) => EvolvedParts.Attention(width, count, dropout);
        (WideAttention, FirstCrossAttention) = (Attention(Math.Min(2 * heads, MostHeads)), Attention(heads));
        (SelfAttention, SecondCrossAttention) = (Attention(heads), Attention(heads));
        Left = new SeparableConvolution(width, 2 * width, kernel: 11);
        Right = new SeparableConvolution(width, width / 2, kernel: 7);
        Joined = new SeparableConvolution(2 * width, width, kernel: 7);
        (Hidden, Output) = (new Linear(width, 4 * width), new Linear(4 * width, width));
        Norms = ModuleList<LayerNorm>.Of(7, i => EvolvedParts.Norm(i switch { 2 => 2 * width, 6 => 4 * width, _ => width }));
        Dropout = new Dropout(dropout);
    }

    private MultiHeadAttention WideAttention { get; }

    private MultiHeadAttention FirstCrossAttention { get; }

    private MultiHeadAttention SelfAttention { get; }

    private MultiHeadAttention SecondCrossAttention { get; }

    private SeparableConvolution Left { get; }

    private SeparableConvolution Right { get; }

    private SeparableConvolution Joined { get; }

    private Linear Hidden { get; }

    private Linear Output { get; }

    /// <summary>Before the first attentions, the branches, their sum, self-attention, cross-attention and feed-forward, and of its hidden units.</summary>
    private ModuleList<LayerNorm> Norms { get; }

    private Dropout Dropout { get; }

    /// <summary>The tokens after the layer; none sees later ones.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="context">The encoder's output, (batch, context tokens, width).</param>
    /// <param name="contextMask">What may not be seen of it.</param>
    public Tensor Call(Tensor tokens, Tensor context, AttentionMask? contextMask = null)
    {
        using var scope = new TensorScope(this);
        var first = Norms[0].Call(tokens);
        tokens += Dropout.Call(WideAttention.Call(first, AttentionMask.Causal)) + Dropout.Call(FirstCrossAttention.Call(first, context, contextMask));
        tokens += Dropout.Call(Branches(Norms[1].Call(tokens)));
        tokens += Dropout.Call(SelfAttention.Call(Norms[3].Call(tokens), AttentionMask.Causal));
        tokens += Dropout.Call(SecondCrossAttention.Call(Norms[4].Call(tokens), context, contextMask));
        return scope.Keep(tokens + Dropout.Call(Output.Call(Norms[6].Call(Hidden.Call(Norms[5].Call(tokens)).Silu()))));
    }

    private Tensor Branches(Tensor input)
    {
        var left = Dropout.Call(Left.Call(input, before: 10).Relu());
        var right = Dropout.Call(Right.Call(input, before: 6));
        return Joined.Call(Norms[2].Call(left + EvolvedParts.Widen(right, 2 * _width)), before: 6);
    }
}
