using Anyformer.Attention;
using Anyformer.Attention.Axes;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Axes;

public sealed class AxialAttentionTests
{
    private const int Width = 6, Heads = 2;

    private static readonly Gen<(int[] Axes, int Missing, bool Sum, bool IsCausal)> s_cases =
        from axes in Gen.Choose(1, 4).ArrayOf(3)
        from missing in Gen.Choose(0, axes.Aggregate((product, size) => product * size) - 1)
        from sum in Gen.Elements(true, false)
        from isCausal in Gen.Elements(true, false)
        select (axes, missing, sum, isCausal);

    [Fact]
    public void TokensSeeThoseThatDifferInOneAxis() => Property.Holds(s_cases, drawn =>
    {
        using var scope = new TensorScope();
        var (axes, missing, sum, isCausal) = drawn;
        var tokens = axes.Aggregate((product, size) => product * size) - missing;
        var mixer = Mixer(new AxialAttentionOptions { Axes = new(axes), Sum = sum });
        var input = Tensors.Normal64(1, 2, tokens, Width);
        var real = (Tensors.Normal64(2, 2, tokens) > -1).LogicalOr(Functional.Arange(tokens) < 1);
        var mixed = mixer.Call(input, new AttentionMask { IsCausal = isCausal, Keys = real, Queries = real });
        var expected = Naive(mixer, input, real, axes, sum, isCausal);
        Tensors.AssertClose(expected.MaskedFill(!real.Unsqueeze(-1), 0), mixed.MaskedFill(!real.Unsqueeze(-1), 0), 1e-9);
    }, runs: 40);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(12, 3, 4)]
    [InlineData(16, 4, 4)]
    [InlineData(17, 4, 5)]
    public void WithoutAxesTheGridIsAsSquareAsPossible(int tokens, int rows, int columns)
    {
        using var scope = new TensorScope();
        var (free, bound) = (Mixer(new AxialAttentionOptions()), Mixer(new AxialAttentionOptions { Axes = [rows, columns] }));
        bound.Load(free.StateDict());
        var input = Tensors.Normal64(1, 2, tokens, Width);
        Tensors.AssertSame(bound.Call(input), free.Call(input));
    }

    [Fact]
    public void OneAfterTheOtherTheAxesReachTheWholeGrid()
    {
        using var scope = new TensorScope();
        bool Reaches(bool sum)
        {
            var mixer = Mixer(new AxialAttentionOptions { Axes = [3, 4], Sum = sum });
            var input = Tensors.Normal64(1, 1, 12, Width);
            input.RequiresGrad = true;
            mixer.Call(input)[0, 0].Square().Sum().Backward();
            return input.Grad![0, 11].Numbers().Any(slope => slope != 0);
        }

        Assert.True(Reaches(sum: false));
        Assert.False(Reaches(sum: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void GradientsAreSlopes(bool sum)
    {
        var mixer = Mixer(new AxialAttentionOptions { Sum = sum });
        var input = Tensors.Normal64(1, 2, 7, Width);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. mixer.Parameters()],
            () => mixer.Call(input, AttentionMask.OfTokens(Functional.Arange(7) < Tensor.From<long>([7, 2], [2, 1])))[.., ..2].Square().Sum());
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = new TensorScope();
        var mixer = Mixer(new AxialAttentionOptions { Axes = [3, 4] });
        string Refusal(Action action) => Assert.Throws<UserException>(action).Message;
        Assert.Equal("Axial attention over axes of [3, 4] tokens takes up to 12 tokens, found 13.",
            Refusal(() => mixer.Call(Tensors.Normal64(1, 1, 13, Width))));
        Assert.Equal("Axial attention needs axes of at least one token each, found [3, 0].",
            Refusal(() => Mixer(new AxialAttentionOptions { Axes = [3, 0] })));
        Assert.StartsWith("Axial attention makes no score for every pair",
            Refusal(() => mixer.Call(Tensors.Normal64(1, 1, 2, Width), AttentionMask.OfPairs(Functional.Ones([2, 2], DType.Bool)))));
    }

    private static AxialAttention Mixer(AxialAttentionOptions options)
    {
        var mixer = new AxialAttention(new TokenMixerShape(0, Width, Heads), options);
        mixer.To(DType.Float64);
        return mixer;
    }

    /// <summary>The formula with a score for every pair.</summary>
    private static Tensor Naive(AxialAttention mixer, Tensor input, Tensor real, int[] axes, bool sum, bool isCausal)
    {
        var weights = mixer.StateDict();
        var tokens = (int)input.Size(1);
        Tensor Along(Tensor x, int axis)
        {
            Tensor Project(string name) => Functional.Linear(x, weights[$"axes.{axis}.{name}_projection.weight"])
                .View([-1, tokens, Heads, Width / Heads]).Transpose(1, 2);
            var pairs =
                from query in Enumerable.Range(0, tokens)
                from key in Enumerable.Range(0, tokens)
                let same = Enumerable.Range(0, axes.Length).Where(other => other != axis).All(other => Place(query, other) == Place(key, other))
                select same && (!isCausal || key <= query) ? 1.0 : 0.0;
            var visible = (Tensor.From<double>([.. pairs], [tokens, tokens]) > 0).LogicalAnd(real.Unsqueeze(1).Unsqueeze(1));
            var contexts = (Project("query").MatMul(Project("key").Transpose(-2, -1)) / Math.Sqrt(Width / Heads))
                .MaskedFill(!visible, -1e30).Softmax(-1).MatMul(Project("value")).Transpose(1, 2).Flatten(2);
            return Functional.Linear(contexts, weights[$"axes.{axis}.output_projection.weight"], weights[$"axes.{axis}.output_projection.bias"]);
        }

        int Place(int token, int axis) => token / axes.Skip(axis + 1).Aggregate(1, (product, size) => product * size) % axes[axis];
        var all = Enumerable.Range(0, axes.Length);
        return sum ? all.Select(axis => Along(input, axis)).Aggregate((one, other) => one + other) : all.Aggregate(input, Along);
    }
}
