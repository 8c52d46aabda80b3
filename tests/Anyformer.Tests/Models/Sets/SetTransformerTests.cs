using Anyformer.Models.Sets;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Sets;

public sealed class SetTransformerTests
{
    private static readonly SetTransformerOptions s_options = new() { InducingPoints = 3, Width = 8, Heads = 2, Norm = true };

    [Fact]
    public void NeitherOrderNorPaddingMatters()
    {
        using var scope = new TensorScope();
        var model = new SetTransformer(3, 4, 5, s_options);
        var sets = Tensors.Normal(1, 2, 9, 3);
        var output = model.Call(sets);
        Assert.Equal([2L, 4, 5], output.Shape);
        Tensors.AssertClose(output, model.Call(sets.Flip([1])), 1e-4);
        var real = Functional.Cat([Functional.Ones([2, 9], DType.Bool), Functional.Zeros([2, 4], DType.Bool)], 1);
        Tensors.AssertClose(output, model.Call(Functional.Cat([sets, Tensors.Normal(2, 2, 4, 3)], 1), real), 1e-4);
    }

    [Fact]
    public void ThePublishedSizeHasThePublishedParameters()
    {
        // SetTransformer(3, 1, 40, num_inds=16, dim_hidden=256, num_heads=4, ln=True), member by member.
        const int map = 256 * 256 + 256, norms = 4 * 256;
        const int block = 4 * map + norms, first = 2 * block - 3 * (256 - 3) * 256;
        var expected = first + 2 * block + 2 * 16 * 256 + block + 256 + 2 * block + 256 * 40 + 40;
        Assert.Equal(expected, new SetTransformer(3, 1, 40, SetTransformerOptions.Presets["point-clouds"]).ParameterCount());
    }

    [Fact]
    public void GradientsAreSlopes()
    {
        var model = new SetTransformer(3, 2, 2, s_options);
        model.To(DType.Float64);
        // Weights that are drawn anew bring some unit so near to the kink of its rectifier, once in a while, that a step goes over it.
        foreach (var (i, parameter) in model.Parameters().Index())
            parameter.SetData(Tensors.Normal64(10 + i, parameter.Shape) * 0.4);
        var (sets, probe) = (Tensors.Normal64(1, 2, 5, 3), Tensors.Normal64(2, 2, 2, 2));
        sets.RequiresGrad = true;
        FiniteDifferences.AssertGradients([sets, .. model.Parameters()], () => (model.Call(sets) * probe).Sum(), 1e-6);
    }
}
