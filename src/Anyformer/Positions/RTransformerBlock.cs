using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>
/// Local recurrences, causal attention and a feed-forward part, each before its normalisation and added to what went in: order comes from the
/// recurrences, so there is no position encoding (Wang, Ma, Liu and Tang 2019, R-Transformer, arXiv 1907.05572).
/// </summary>
[Formula(
    "X <- X + rnn(norm(X)) over the last tokens, once or more",
    "Z = X + attention(norm(X)), causal; Y = Z + mlp(norm(Z))",
    Where = "Z: (batch, tokens, width)")]
[Method("r-transformer", "R-Transformer block", Family.ImplicitPositions, 2019, System = "positions",
    Paper = "Wang, Ma, Liu, Tang, R-Transformer: Recurrent Neural Network Enhanced Transformer, 2019, arXiv 1907.05572",
    Complexity = "O(tokens² + tokens · window)")]
public sealed class RTransformerBlock : Module
{
    /// <summary>A block with fresh weights, whose feed-forward part is four times as wide as a token.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="recurrence">What the local recurrences are.</param>
    /// <param name="recurrences">How many there are, one after another.</param>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public RTransformerBlock(TokenMixerShape shape, LocalRecurrenceOptions recurrence, int recurrences)
    {
        PreNorm Wiring() => new(new DeviationNorm(shape.Width), shape.Dropout);
        Recurrences = ModuleList<LocalRecurrence>.Of(recurrences, _ => new LocalRecurrence(shape, recurrence));
        RecurrenceWirings = ModuleList<PreNorm>.Of(recurrences, _ => Wiring());
        Block = new EncoderBlock(
            new MultiHeadAttention(shape.Width, shape.Heads, new SoftmaxAttention(shape.Dropout)), Wiring(),
            new PositionwiseFeedForward(shape.Width, 4 * shape.Width, Activations.Named("relu"), shape.Dropout), Wiring());
    }

    private ModuleList<LocalRecurrence> Recurrences { get; }

    private ModuleList<PreNorm> RecurrenceWirings { get; }

    private EncoderBlock Block { get; }

    /// <summary>The tokens after the block, each of which depends on those before it alone: (batch, tokens, width) to the same.</summary>
    public Tensor Call(Tensor tokens)
    {
        using var scope = new TensorScope(this);
        for (var i = 0; i < Recurrences.Count; i++)
        {
            var recurrence = Recurrences[i];
            tokens = RecurrenceWirings[i].Call(tokens, x => recurrence.Call(x, AttentionMask.Causal));
        }

        return scope.Keep(Block.Call(tokens, AttentionMask.Causal));
    }
}
