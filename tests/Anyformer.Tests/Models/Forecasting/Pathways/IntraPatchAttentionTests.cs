using Anyformer.Models.Forecasting.Pathways;
using Anyformer.Torch;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Models.Forecasting.Pathways;

public sealed class IntraPatchAttentionTests
{
    [Fact]
    public void IsAttentionPatchByPatch() => Property.Holds(
        from batch in Gen.Choose(0, 3)
        from variates in Gen.Choose(1, 3)
        from patches in Gen.Choose(1, 4)
        from size in Gen.Choose(1, 5)
        from half in Gen.Choose(1, 3)
        select (batch, variates, patches, size, width: 2 * half), drawn =>
        {
            using var scope = new TensorScope();
            var (batch, variates, patches, size, width) = drawn;
            var part = new IntraPatchAttention(variates, patches, size, width);
            part.To(DType.Float64);
            var input = Tensors.Normal64(batch + size, batch, variates, patches * size, width);
            var output = part.Call(input);
            Assert.Equal(input.Shape, output.Shape);
            for (var b = 0; b < batch; b++)
                for (var n = 0; n < variates; n++)
                    Tensors.AssertClose(OfVariate(part, input[b, n], n, patches, size), output[b, n], 1e-9);
        }, runs: 25);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void TheWidthIsEven(int width) => Assert.Equal(
        $"Attention inside patches has 2 heads: the width must be even, found {width}.",
        Assert.Throws<UserException>(() => new IntraPatchAttention(2, 3, 4, width)).Message);

    /// <summary>The loop of the paper, with keys and values as such: (steps, width) to the same.</summary>
    private static Tensor OfVariate(IntraPatchAttention part, Tensor series, int variate, int patches, int size)
    {
        var state = part.StateDict();
        var width = series.Size(1);
        var core = state["maps.memory"][variate];
        foreach (var layer in new[] { "first", "second" })
            core = Map(state, $"maps.{layer}", core).Tanh();
        core = Map(state, "maps.core", core);
        Tensor Weights(int map) => state["maps.left"][map].MatMul(core.View([10, 10])).MatMul(state["maps.right"][map]);
        Tensor Bias(int map) => core.MatMul(state["maps.biases"][map]);

        var outputs = new List<Tensor>();
        for (var patch = 0; patch < patches; patch++)
        {
            var query = state["queries.weight"][patch].MatMul(state["embeddings"][patch, variate]) + state["queries.bias"][patch];
            var rows = Functional.Cat([query.Unsqueeze(0), series[(patch * size)..((patch + 1) * size)]]);
            var (keys, values) = (rows.MatMul(Weights(0)) + Bias(0), rows.MatMul(Weights(1)) + Bias(1));
            var heads = new[] { ..(int)(width / 2), (int)(width / 2).. }.Select(head =>
                (keys[.., head].MatMul(query[head]) / Math.Sqrt(width / 2)).Softmax(0).MatMul(values[.., head]));
            outputs.Add(Map(state, "output.output", Map(state, "output.hidden", Functional.Cat([.. heads])).Relu()));
        }

        return state["spread.weight"].MatMul(Functional.Stack([.. outputs])) + state["spread.bias"].Unsqueeze(1);
    }

    private static Tensor Map(IReadOnlyDictionary<string, Tensor> state, string name, Tensor input) =>
        state[$"{name}.weight"].MatMul(input) + state[$"{name}.bias"];
}
