using Anyformer.Attention;
using Anyformer.Attention.Windows;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Windows;

public sealed class LongformerAttentionTests
{
    private const int Width = 6, Heads = 2, HeadWidth = 3;

    private static readonly Gen<(int Tokens, int Side, int Dilation, int Globals, bool IsCausal)> s_cases =
        from tokens in Gen.Choose(1, 60)
        from side in Gen.Choose(1, 12)
        from dilation in Gen.Choose(1, 2)
        from globals in Gen.Choose(0, 5)
        from isCausal in Gen.Elements(true, false)
        select (tokens, side, dilation, globals, isCausal);

    [Fact]
    public void FirstTokensSeeAllAndAreSeenByAll() => Property.Holds(s_cases, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, side, dilation, globals, isCausal) = drawn;
        var mixer = Mixer(side, dilation, globals);
        var input = Tensors.Normal64(1, 2, tokens, Width);
        var mask = isCausal ? AttentionMask.Causal : null;
        var isGlobal = (Functional.Arange(tokens) < globals).Expand([2, tokens]);
        Tensors.AssertClose(Naive(mixer, input, isGlobal, null, side, dilation, isCausal), mixer.Call(input, mask), 1e-9);
    }, runs: 30);

    [Fact]
    public void AnyTokensMayBeGlobal() => Property.Holds(s_cases, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, side, dilation, seed, isCausal) = drawn;
        var mixer = Mixer(side, dilation, globals: 1);
        var input = Tensors.Normal64(seed, 3, tokens, Width);
        // The last sample has no global token.
        var isGlobal = (Tensors.Normal64(seed + 10, 3, tokens) > 1.2).LogicalAnd(Functional.Arange(3).Unsqueeze(-1) < 2);
        var real = Tensors.Normal64(seed + 20, 3, tokens) > -1;
        var mask = AttentionMask.OfTokens(real) with { IsCausal = isCausal };
        var expected = Naive(mixer, input, isGlobal.LogicalAnd(real), real, side, dilation, isCausal);
        Tensors.AssertClose(expected, mixer.Call(input, GlobalTokens.Of(isGlobal.LogicalAnd(real)), mask), 1e-9);
    }, runs: 30);

    [Fact]
    public void GlobalTokensArePutInTheirOrderBeforeOthers()
    {
        using var scope = new TensorScope();
        var isGlobal = Tensor.From<double>([0, 1, 0, 1, 1, 0, 0, 0, 1, 0], [2, 5]) > 0;
        var globals = GlobalTokens.Of(isGlobal)!;
        Assert.Equal([1, 3, 4, 3, 0, 1], globals.Positions.Numbers());
        Assert.Equal([1, 1, 1, 1, 0, 0], globals.Exist.Numbers());
        Assert.Null(GlobalTokens.Of(isGlobal.LogicalAnd(!isGlobal)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void GradientsAreSlopes(int globals, bool isCausal)
    {
        var mixer = Mixer(side: 2, dilation: 1, globals);
        var input = Tensors.Normal64(1, 2, 9, Width);
        input.RequiresGrad = true;
        FiniteDifferences.AssertGradients([input, .. mixer.Parameters()],
            () => mixer.Call(input, isCausal ? AttentionMask.Causal : null).Square().Sum());
    }

    [Fact]
    public void WithoutGlobalTokensThereAreNoProjectionsForThem()
    {
        Assert.Equal(7 * (Width * Width + Width), Mixer(1, 1, globals: 1).ParameterCount());
        Assert.Equal(4 * (Width * Width + Width), Mixer(1, 1, globals: 0).ParameterCount());
    }

    [Fact]
    public void AMaskOfPairsIsRefused()
    {
        using var scope = new TensorScope();
        Assert.StartsWith("Longformer attention makes no score for every pair of tokens", Assert.Throws<UserException>(() =>
            Mixer(1, 1, 1).Call(Tensors.Normal64(1, 1, 3, Width), AttentionMask.OfPairs(Functional.Ones([3, 3], DType.Bool)))).Message);
    }

    private static LongformerAttention Mixer(int side, int dilation, int globals)
    {
        var options = new LongformerAttentionOptions { Window = 2 * side, Dilations = [dilation], GlobalTokens = globals };
        var mixer = new LongformerAttention(new TokenMixerShape(0, Width, Heads), options);
        mixer.To(DType.Float64);
        return mixer;
    }

    /// <summary>The formula with a score for every pair.</summary>
    private static Tensor Naive(LongformerAttention mixer, Tensor input, Tensor isGlobal, Tensor? real, int side, int dilation, bool isCausal)
    {
        var weights = mixer.StateDict();
        var tokens = input.Size(1);
        Tensor Project(string name) => Functional.Linear(input, weights[$"heads.{name}_projection.weight"], weights[$"heads.{name}_projection.bias"])
            .View([-1, tokens, Heads, HeadWidth]).Transpose(1, 2);
        Tensor Attend(string prefix, Tensor visible) => (Project($"{prefix}query").MatMul(Project($"{prefix}key").Transpose(-2, -1)) / Math.Sqrt(HeadWidth))
            .MaskedFill(!visible, -1e30).Softmax(-1).MatMul(Project($"{prefix}value"));

        var distance = Functional.Arange(tokens) - Functional.Arange(tokens).Unsqueeze(-1);
        var allowed = isCausal ? distance <= 0 : distance <= tokens;
        if (real is not null)
            allowed = allowed.LogicalAnd(real.Unsqueeze(1).Unsqueeze(1));
        var window = (distance.Abs() <= side * dilation).LogicalAnd(distance.Remainder(dilation).Eq(0));
        var contexts = Attend("", window.LogicalOr(isGlobal.Unsqueeze(1).Unsqueeze(1)).LogicalAnd(allowed));
        if (real is not null)
            contexts = contexts.MaskedFill(!real.Unsqueeze(1).Unsqueeze(-1), 0);
        if (isGlobal.Any().Item<bool>())
            contexts = Functional.Where(isGlobal.Unsqueeze(1).Unsqueeze(-1), Attend("global_", allowed), contexts);
        return Functional.Linear(contexts.Transpose(1, 2).Flatten(2), weights["output_projection.weight"], weights["output_projection.bias"]);
    }
}
