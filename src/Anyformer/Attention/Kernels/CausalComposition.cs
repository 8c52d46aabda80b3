using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// <see cref="CausalProduct"/> of libtorch's operators, in time and memory linear in the tokens: blocks of tokens meet each other through the sums of those
/// before, and themselves through a small table. The backward pass is three products of the same kind, so nothing but queries, keys and values is held
/// for it.
/// </summary>
internal sealed class CausalComposition : DifferentiableFunction
{
    private const long Block = 128;

    private CausalComposition() { }

    /// <summary>The product, (batch, heads, tokens, value width), of queries, keys (… features) and values, all of as many tokens.</summary>
    internal static Tensor Of(Tensor queries, Tensor keys, Tensor values) => new CausalComposition().Apply(queries, keys, values)[0];

    /// <inheritdoc/>
    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (queries, keys, values) = (inputs[0], inputs[1], inputs[2]);
        SaveForBackward(queries, keys, values);
        return [OverPast(queries, keys, values)];
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        var (queries, keys, values, gradient) = (Saved(0), Saved(1), Saved(2), gradients[0]!);
        return
        [
            NeedsGradient(0) ? OverPast(gradient, values, keys) : null,
            NeedsGradient(1) ? OverFuture(values, gradient, queries) : null,
            NeedsGradient(2) ? OverFuture(keys, queries, gradient) : null,
        ];
    }

    /// <summary><c>[t] = q[t] · sum_(s ≤ t) k[s]^T v[s]</c>, in operators that are differentiated as such.</summary>
    internal static Tensor OverPast(Tensor queries, Tensor keys, Tensor values) =>
        Product(queries, keys, values, static table => table.Tril(), static sums => sums.CumSum(2));

    /// <summary><c>[t] = q[t] · sum_(s ≥ t) k[s]^T v[s]</c>, in operators that are differentiated as such.</summary>
    internal static Tensor OverFuture(Tensor queries, Tensor keys, Tensor values) =>
        Product(queries, keys, values, static table => table.Triu(), static sums => sums.Flip([2]).CumSum(2).Flip([2]));

    private static Tensor Product(Tensor queries, Tensor keys, Tensor values, Func<Tensor, Tensor> cut, Func<Tensor, Tensor> accumulate)
    {
        var tokens = queries.Size(2);
        var blocks = Math.Max(1, (tokens + Block - 1) / Block);
        var (query, key, value) = (InBlocks(queries, blocks), InBlocks(keys, blocks), InBlocks(values, blocks));
        var transposed = key.Transpose(-2, -1);
        var product = cut(query.MatMul(transposed)).MatMul(value);
        if (blocks > 1)
        {
            var sums = transposed.MatMul(value);
            product = product + query.MatMul(accumulate(sums) - sums);
        }

        return product.Flatten(2, 3).Narrow(2, 0, tokens);
    }

    /// <summary>(batch, heads, tokens, width) to (batch, heads, blocks, tokens of a block, width), with zeros behind the last token.</summary>
    private static Tensor InBlocks(Tensor tensor, long blocks)
    {
        var length = (tensor.Size(2) + blocks - 1) / blocks;
        var missing = length * blocks - tensor.Size(2);
        return (missing == 0 ? tensor : tensor.ConstantPadNd([0, 0, 0, missing])).Unflatten(2, [blocks, length]);
    }
}
