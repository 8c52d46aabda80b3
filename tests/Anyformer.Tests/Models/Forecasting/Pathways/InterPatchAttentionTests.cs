using Anyformer.Models.Forecasting.Pathways;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting.Pathways;

public sealed class InterPatchAttentionTests
{
    [Fact]
    public void IsAttentionVariateByVariate() => Property.Holds(
        from batch in Gen.Choose(0, 3)
        from variates in Gen.Choose(1, 3)
        from patches in Gen.Choose(1, 4)
        from size in Gen.Choose(1, 4)
        from width in Gen.Choose(1, 4)
        from stretch in Gen.Elements(1.0, 1.7)
        select (batch, variates, patches, size, width, stretch), drawn =>
        {
            using var scope = new TensorScope();
            var (batch, variates, patches, size, width, stretch) = drawn;
            var part = new InterPatchAttention(patches, size, width, dropout: 0);
            part.To(DType.Float64);
            var scale = part.StateDict()["attention.function.scale"];
            Assert.Equal(1 / Math.Sqrt(size), scale.Item<double>(), 1e-7);
            scale.MulInPlace(stretch);
            var input = Tensors.Normal64(batch + size, batch, variates, patches * size, width);
            var output = part.Call(input);
            for (var b = 0; b < batch; b++)
            {
                var perVariate = Enumerable.Range(0, variates).Select(n => OfVariate(part, input[b, n], patches, size));
                // Variates after each other in memory, read as (steps, variates, width).
                var read = Functional.Cat([.. perVariate.Select(tokens => tokens.Flatten())]).View([patches * size, variates, width]);
                Tensors.AssertClose(read.Transpose(0, 1), output[b], 1e-6);
            }
        }, runs: 25);

    /// <summary>(steps, width) to (patches, size * width); every channel attends by its own part of the queries.</summary>
    private static Tensor OfVariate(InterPatchAttention part, Tensor series, int patches, int size)
    {
        var state = part.StateDict();
        var tokens = Map(state, "embedding", series.Reshape([patches, -1])) + state["positions"];
        var (queries, keys, values) = (Map(state, "attention.query_projection", tokens), Map(state, "attention.key_projection", tokens),
            Map(state, "attention.value_projection", tokens));
        var heads = Enumerable.Range(0, (int)series.Size(1)).Select(channel =>
        {
            var columns = (channel * size)..((channel + 1) * size);
            var scores = queries[.., columns].MatMul(keys[.., columns].T()) * state["attention.function.scale"];
            return scores.Softmax(1).MatMul(values[.., columns]);
        });
        return Map(state, "attention.output_projection", Functional.Cat([.. heads], 1));
    }

    private static Tensor Map(IReadOnlyDictionary<string, Tensor> state, string name, Tensor input) =>
        input.MatMul(state[$"{name}.weight"].T()) + state[$"{name}.bias"];
}
