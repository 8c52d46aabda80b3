using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.CrossBlock;

/// <summary>
/// What the blocks of a decoder attend to: each a learned mean of the outputs of all blocks of the encoder, its embedding included
/// (Bapna et al., EMNLP 2018, arXiv 1808.07561, section 4).
/// </summary>
[Formula(
    "Z_m = sum_(l=0..L) softmax_l(W_lm) E_l",
    Where = "E: embedding and outputs of the encoder's blocks, (blocks + 1, batch, tokens, width); "
        + "Z: what a decoder block attends to, (decoder blocks, batch, tokens, width); W: learned, (blocks + 1, decoder blocks); "
        + "m: decoder block")]
[Method("transparent-attention", "Transparent attention", Family.CrossBlock, 2018, System = "architectures",
    Paper = "Bapna, Chen, Firat, Cao, Wu, Training Deeper Neural Machine Translation Models with Transparent Attention, EMNLP 2018, arXiv 1808.07561",
    Complexity = "O(encoder blocks · decoder blocks · tokens)")]
public sealed class TransparentAttention : Module
{
    /// <summary>Equal weights for all to begin with.</summary>
    /// <param name="encoderBlocks">Blocks of the encoder.</param>
    /// <param name="decoderBlocks">Blocks of the decoder.</param>
    /// <param name="dropout">Probability of dropout on the weights, before their softmax.</param>
    public TransparentAttention(int encoderBlocks, int decoderBlocks, double dropout = 0)
    {
        Weight = Initialization.Constant(Parameter.Empty(encoderBlocks + 1, decoderBlocks), 0);
        Dropout = new Dropout(dropout);
    }

    /// <summary>(encoder blocks + 1, decoder blocks), before the softmax over the first.</summary>
    private Parameter Weight { get; }

    private Dropout Dropout { get; }

    /// <summary>What each block of the decoder attends to: (decoder blocks, batch, tokens, width).</summary>
    /// <param name="outputs">The embedding and the outputs of the encoder's blocks, (encoder blocks + 1, batch, tokens, width).</param>
    /// <exception cref="UserException">There are more or fewer outputs than weights.</exception>
    public Tensor Call(Tensor outputs)
    {
        if (outputs.Size(0) != Weight.Size(0))
            throw new UserException($"Transparent attention takes {Weight.Size(0)} outputs, the embedding and one a block, found {outputs.Size(0)}.");
        using var scope = new TensorScope();
        var means = Dropout.Call(Weight).Softmax(0).Transpose(0, 1).MatMul(outputs.Flatten(1));
        return scope.Keep(means.View([-1, .. outputs.Shape[1..]]));
    }
}
