using Anyformer.Attention;
using Anyformer.Positions;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Positions;

public sealed class ShawAttentionTests
{
    [Fact]
    public void KeysAndValuesAreMovedByTheVectorsOfTheDistance() => Property.Holds(
        from queries in Gen.Choose(1, 6)
        from more in Gen.Choose(0, 4)
        from farthest in Gen.Choose(0, 5)
        from shared in Gen.Elements(true, false)
        from causal in Gen.Elements(true, false)
        select (queries, keys: queries + more, farthest, shared, causal),
        size =>
        {
            using var scope = new TensorScope();
            var options = new ShawAttentionOptions { MaxDistance = size.farthest, SharedVectors = size.shared };
            var attention = new ShawAttention(new AttentionShape(2, 3), options);
            attention.To(DType.Float64);
            var vectors = attention.Parameters().ToArray();
            var queries = Tensors.Normal64(1, 2, 2, size.queries, 3);
            var (keys, values) = (Tensors.Normal64(2, 2, 2, size.keys, 3), Tensors.Normal64(3, 2, 2, size.keys, 3));
            var context = attention.Call(queries, keys, values, size.causal ? AttentionMask.Causal : null);
            for (var i = 0; i < size.queries; i++)
            {
                var place = i + size.keys - size.queries;
                var seen = size.causal ? place + 1 : size.keys;
                var distances = Enumerable.Range(0, seen).Select(j => (long)Math.Clamp(j - place, -size.farthest, size.farthest));
                var rows = Tensor.From<long>([.. distances.Select(distance => distance + size.farthest)]);
                var moved = keys[.., .., ..seen] + vectors[0].IndexSelect(0, rows);
                var weights = (queries[.., .., i..(i + 1)].MatMul(moved.Transpose(-2, -1)) / Math.Sqrt(3)).Softmax(-1);
                Tensors.AssertClose(weights.MatMul(values[.., .., ..seen] + vectors[^1].IndexSelect(0, rows)), context[.., .., i..(i + 1)], 1e-10);
            }
        });
}
