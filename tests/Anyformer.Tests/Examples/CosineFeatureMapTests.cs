using Anyformer.Attention;
using Anyformer.Attention.Kernels;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.Attention.Kernels;

public sealed class CosineFeatureMapTests
{
    private readonly LinearAttention _attention = new(new CosineFeatureMap(new AttentionShape(1, 2)));

    [Fact]
    public void ScoresAreOnePlusTheCosine()
    {
        using var scope = new TensorScope();
        // The keys lie at 0, 90 and 180 degrees from the query: scores of 2, 1 and 0, whatever their lengths.
        var query = Tensor.From([5.0, 0], 1, 1, 1, 2);
        var keys = Tensor.From([2.0, 0, 0, 3, -4, 0], 1, 1, 3, 2);
        var values = Tensor.From([10.0, 20, 30], 1, 1, 3, 1);
        Tensors.AssertClose([(2 * 10 + 1 * 20 + 0 * 30) / 3.0], _attention.Call(query, keys, values), 1e-6);
    }

    [Fact]
    public void StepsEqualTheCausalForm() => Property.Holds(Gen.Choose(1, 40), tokens =>
    {
        using var scope = new TensorScope();
        Tensor Draw(int seed) => Tensors.Normal64(seed, 2, 1, tokens, 2);
        var (queries, keys, values) = (Draw(1), Draw(2), Draw(3));
        var whole = _attention.Call(queries, keys, values, AttentionMask.Causal);
        IReadOnlyList<Tensor>? state = null;
        for (var i = 0L; i < tokens; i++)
        {
            (var context, state) = _attention.Step(queries.Narrow(2, i, 1), keys.Narrow(2, i, 1), values.Narrow(2, i, 1), state);
            Tensors.AssertClose(whole.Narrow(2, i, 1), context, 1e-9);
        }
    }, runs: 10);

    [Fact]
    public void GradientsAreSlopes()
    {
        var (queries, keys, values) = (Tensors.Normal64(1, 1, 1, 5, 2), Tensors.Normal64(2, 1, 1, 5, 2), Tensors.Normal64(3, 1, 1, 5, 2));
        queries.RequiresGrad = keys.RequiresGrad = values.RequiresGrad = true;
        FiniteDifferences.AssertGradients([queries, keys, values], () => _attention.Call(queries, keys, values).Square().Sum());
    }

    [Fact]
    public void ATokenOfZerosStaysFinite()
    {
        using var scope = new TensorScope();
        var tokens = Functional.Zeros([1, 1, 3, 2]);
        tokens.RequiresGrad = true;
        var context = _attention.Call(tokens, tokens, tokens);
        context.Sum().Backward();
        Assert.All([.. context.Numbers(), .. tokens.Grad!.Numbers()], number => Assert.True(double.IsFinite(number)));
    }
}
