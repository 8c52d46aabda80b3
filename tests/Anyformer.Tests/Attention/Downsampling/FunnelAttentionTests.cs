using Anyformer.Attention.Downsampling;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Downsampling;

public sealed class FunnelAttentionTests
{
    private const int Heads = 2, HeadWidth = 3, Width = 4;

    private sealed record Sizes(int Keys, bool Pooled, bool HasClass, int Stride);

    [Fact]
    public void ScoresAreOfContentDifferenceOfPlacesAndTypes() => Property.Holds(
        from keys in Gen.Choose(1, 9)
        from pooled in Gen.Elements(false, true)
        from hasClass in Gen.Elements(false, true)
        from stride in Gen.Elements(1, 2, 4)
        select new Sizes(keys, pooled, hasClass, stride),
        sizes =>
        {
            using var scope = new TensorScope();
            var attention = new FunnelAttention(Width, Heads, HeadWidth);
            attention.To(DType.Float64);
            var asking = sizes.Pooled ? (sizes.Keys + 1) / 2 : sizes.Keys;
            var (queries, tokens) = (Tensors.Normal64(1, 1, asking, Width), Tensors.Normal64(2, 1, sizes.Keys, Width));
            var (queryTypes, keyTypes) = (Types(3, asking), Types(4, sizes.Keys));
            var real = (Tensors.Normal64(5, 1, sizes.Keys) > -0.5) | (Functional.Arange(sizes.Keys) < 1);
            var context = new FunnelContext(queryTypes, keyTypes, real, sizes.Stride, sizes.Pooled ? 2 : 1, sizes.HasClass);
            var expected = Naive(attention.StateDict(), queries[0], tokens[0], context, sizes);
            Tensors.AssertClose(expected, attention.Call(queries, tokens, context)[0], 1e-9);
        },
        runs: 40);

    [Fact]
    public void GradientsAreSlopes()
    {
        var attention = new FunnelAttention(Width, Heads, HeadWidth);
        attention.To(DType.Float64);
        var (queries, tokens) = (Tensors.Normal64(1, 2, 3, Width), Tensors.Normal64(2, 2, 6, Width));
        queries.RequiresGrad = tokens.RequiresGrad = true;
        var context = new FunnelContext(Functional.Zeros([2, 3]), Functional.Zeros([2, 6]), Functional.Ones([2, 6], DType.Bool), 1, 2, HasClass: true);
        FiniteDifferences.AssertGradients(
            [queries, tokens, .. attention.Parameters()], () => attention.Call(queries, tokens, context).Sin().Sum(), 1e-6);
    }

    private static Tensor Types(int seed, long tokens) => (Tensors.Normal64(seed, 1, tokens).Sigmoid() * 3).Floor().To(DType.Int64);

    /// <summary>Pair by pair on one sample, the positions' term in the factorised form of the paper's appendix A.2.2.</summary>
    private static Tensor Naive(IReadOnlyDictionary<string, Tensor> state, Tensor queries, Tensor tokens, FunnelContext context, Sizes sizes)
    {
        Tensor[] Split(string name, Tensor x)
        {
            var mapped = x.MatMul(state[$"{name}_projection.weight"].T());
            return (state.TryGetValue($"{name}_projection.bias", out var bias) ? mapped + bias : mapped).Chunk(Heads, 1);
        }

        var (asking, keys, values) = (Split("query", queries), Split("key", tokens), Split("value", tokens));
        var (typesOfQueries, typesOfKeys, seen) = (context.QueryTypes.Numbers(), context.KeyTypes.Numbers(), context.Keys.Numbers());
        var contexts = Enumerable.Range(0, Heads).Select(head => Functional.Stack([.. Enumerable.Range(0, (int)queries.Size(0)).Select(i =>
        {
            var visible = Enumerable.Range(0, sizes.Keys).Where(j => seen[j] == 1).ToArray();
            var scores = visible.Select(j =>
            {
                Tensor Term(string bias, Tensor other) => ((asking[head][i] + state[bias][head]) * other).Sum();
                var content = Term("content_bias", keys[head][j]);
                if (sizes.HasClass && (i == 0 || j == 0))
                    return content;
                var isEqual = typesOfQueries[i] == typesOfKeys[j] || typesOfQueries[i] == 2 || typesOfKeys[j] == 2;
                // A pooled query stands at the last of its tokens beside a class token, and at the first without one.
                var place = sizes.Pooled ? 2 * i - (sizes.HasClass ? 1 : 0) : i;
                var kernel = state["position_kernel"][.., head].T().MatMul(Factorised(place * sizes.Stride, j * sizes.Stride));
                return content + Term("position_bias", kernel) + Term("type_bias", state["types"][isEqual ? 1 : 0, head]);
            });
            var weights = (Functional.Stack([.. scores], 0) / Math.Sqrt(HeadWidth)).Softmax(0);
            return weights.MatMul(Functional.Stack([.. visible.Select(j => values[head][j])], 0));
        })], 0));
        return Functional.Cat([.. contexts], 1).MatMul(state["output_projection.weight"].T()) + state["output_projection.bias"];
    }

    /// <summary>φ ψ + π ω of a query's and a key's place.</summary>
    private static Tensor Factorised(double query, double key)
    {
        double[] frequencies = [.. Enumerable.Range(0, Width / 2).Select(k => Math.Pow(10000, -k / (Width / 2.0)))];
        double[] At(Func<double, double> wave, double place) => [.. frequencies.Select(frequency => wave(frequency * place))];
        double[] phi = [.. At(Math.Sin, query), .. At(Math.Sin, query)], pi = [.. At(Math.Cos, query), .. At(Math.Cos, query)];
        double[] psi = [.. At(Math.Cos, key), .. At(Math.Sin, key)], omega = [.. At(angle => -Math.Sin(angle), key), .. At(Math.Cos, key)];
        return Tensor.From([.. phi.Select((value, k) => value * psi[k] + pi[k] * omega[k])], Width);
    }
}
