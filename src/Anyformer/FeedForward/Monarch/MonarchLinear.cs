using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Monarch;

/// <summary>
/// A linear map whose matrix is a Monarch matrix, two block-diagonal matrices with a transposition before and after the second: every input
/// reaches every output, with about 2 n sqrt(n) weights (Dao et al., ICML 2022, arXiv 2204.00595; Fu et al., NeurIPS 2023, arXiv 2310.12109).
/// (..., inputs) to (..., outputs).
/// </summary>
public sealed class MonarchLinear : TensorModule
{
    private readonly long _inputs;
    private readonly long _outputs;

    /// <summary>A map with weights drawn from U(±1/sqrt(inputs of a block)).</summary>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="blocks">Blocks of both factors; the root of the inputs makes it cheapest.</param>
    /// <param name="bias">Whether there is a bias.</param>
    public MonarchLinear(long inputs, long outputs, int blocks, bool bias = true)
    {
        if (blocks < 1)
            throw new UserException($"A Monarch map needs at least one block, found {blocks}.");
        (_inputs, _outputs) = (inputs, outputs);
        var (first, second) = ((inputs + blocks - 1) / blocks, (outputs + blocks - 1) / blocks);
        First = Initialization.InverseFanIn(Parameter.Empty(blocks, blocks, first), first);
        Second = Initialization.InverseFanIn(Parameter.Empty(blocks, second, blocks), blocks);
        Bias = bias ? Initialization.InverseFanIn(Parameter.Empty(outputs), inputs) : null;
    }

    /// <summary>(blocks, blocks, inputs / blocks).</summary>
    public Parameter First { get; }

    /// <summary>(blocks, outputs / blocks, blocks).</summary>
    public Parameter Second { get; }

    /// <summary>(outputs).</summary>
    public Parameter? Bias { get; }

    /// <summary>The product of vectors with a Monarch matrix, as two batched products: (rows, k p) to (rows, s l).</summary>
    /// <param name="rows">(rows, k p).</param>
    /// <param name="first">The blocks of the first factor, (k, q, p).</param>
    /// <param name="second">The blocks of the second, (l, s, r), with l r = k q.</param>
    /// <exception cref="UserException">The factors do not fit the vectors, or each other.</exception>
    public static Tensor Product(Tensor rows, Tensor first, Tensor second)
    {
        using var scope = new TensorScope();
        var (blocks, inner) = (first.Size(0), first.Size(0) * first.Size(1));
        if (rows.Size(1) != blocks * first.Size(2) || second.Size(0) * second.Size(2) != inner)
            throw new UserException(
                $"The factors [{string.Join(", ", first.Shape)}] and [{string.Join(", ", second.Shape)}] of a Monarch matrix do not fit "
                + $"vectors of {rows.Size(1)} numbers, or each other.");
        var products = rows.Unflatten(1, [blocks, -1]).Transpose(0, 1).MatMul(first.Transpose(1, 2)).Transpose(0, 1).Reshape([-1, inner]);
        var turned = products.Unflatten(1, [second.Size(2), second.Size(0)]).Permute([2, 0, 1]);
        return scope.Keep(turned.MatMul(second.Transpose(1, 2)).Permute([1, 2, 0]).Flatten(1));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var (rows, missing) = (input.Reshape([-1, _inputs]), First.Size(0) * First.Size(2) - _inputs);
        var product = Product(missing > 0 ? rows.ConstantPadNd([0, missing]) : rows, First, Second);
        var cut = (product.Size(1) == _outputs ? product : product.Narrow(1, 0, _outputs)).Reshape([.. input.Shape[..^1], _outputs]);
        return Bias is null ? cut : cut + Bias;
    }
}
