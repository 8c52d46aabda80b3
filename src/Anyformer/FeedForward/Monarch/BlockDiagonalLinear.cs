using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Monarch;

/// <summary>
/// A linear map whose matrix is block-diagonal, as one batched product: (..., inputs) to (..., outputs), with a block's share of the weights
/// of a dense one (Fu et al., NeurIPS 2023, arXiv 2310.12109). Inputs that are no multiple of the blocks are padded, outputs cut.
/// </summary>
public sealed class BlockDiagonalLinear : TensorModule
{
    private readonly long _inputs;
    private readonly long _outputs;
    private readonly bool _shuffle;

    /// <summary>A map whose weights are those on the diagonal of a dense map's, times the root of the blocks.</summary>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="bias">Whether there is a bias.</param>
    /// <param name="shuffle">Whether neighbouring inputs go to different blocks, so that a stack of such maps mixes all.</param>
    public BlockDiagonalLinear(long inputs, long outputs, int blocks, bool bias = true, bool shuffle = false)
    {
        if (blocks < 1)
            throw new UserException($"A block-diagonal map needs at least one block, found {blocks}.");
        (_inputs, _outputs, _shuffle) = (inputs, outputs, shuffle);
        var (blockInputs, blockOutputs) = (Blocks(inputs, blocks), Blocks(outputs, blocks));
        var bound = Math.Sqrt(1.0 / blockInputs);
        Weight = Initialization.Uniform(Parameter.Empty(blocks, blockOutputs, blockInputs), -bound, bound);
        // As in the authors' code, the number of outputs stands for that of inputs.
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), outputs) : null;
    }

    /// <summary>(blocks, outputs / blocks, inputs / blocks).</summary>
    public Parameter Weight { get; }

    /// <summary>(outputs).</summary>
    public Parameter? Bias { get; }

    /// <summary>The matrix of the same map as a dense one, (outputs, inputs).</summary>
    public Tensor ToDense()
    {
        using var scope = new TensorScope();
        return scope.Keep(Multiply(Functional.Eye(_inputs, Weight.DType, device: Weight.Device)).Transpose(0, 1));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var product = Multiply(input.Reshape([-1, _inputs])).Reshape([.. input.Shape[..^1], _outputs]);
        return Bias is null ? product : product + Bias;
    }

    /// <summary>(rows, inputs) to (rows, outputs).</summary>
    private Tensor Multiply(Tensor rows)
    {
        var (blocks, missing) = (Weight.Size(0), Weight.Size(0) * Weight.Size(2) - _inputs);
        var padded = missing > 0 ? rows.ConstantPadNd([0, missing]) : rows;
        var shuffled = _shuffle ? padded.Unflatten(1, [blocks, -1]).Transpose(1, 2).Flatten(1) : padded;
        var products = shuffled.Unflatten(1, [blocks, -1]).Transpose(0, 1).MatMul(Weight.Transpose(1, 2)).Transpose(0, 1).Flatten(1);
        return products.Size(1) == _outputs ? products : products.Narrow(1, 0, _outputs);
    }

    private static long Blocks(long width, int blocks) => (width + blocks - 1) / blocks;
}
