using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Blocks;

public sealed class WiringTests
{
    private readonly Tensor _tokens = Tensors.Normal(1, 2, 3, 4);
    private readonly LayerNorm _norm = new(4);

    [Fact]
    public void PostNormNormalisesTheSum()
    {
        using var scope = new TensorScope();
        Tensors.AssertSame(_norm.Call(_tokens + Sublayer(_tokens)), new PostNorm(_norm).Call(_tokens, Sublayer));
    }

    [Fact]
    public void PreNormNormalisesTheBranch()
    {
        using var scope = new TensorScope();
        Tensors.AssertSame(_tokens + Sublayer(_norm.Call(_tokens)), new PreNorm(_norm).Call(_tokens, Sublayer));
    }

    [Fact]
    public void DropoutThinsTheBranchOnlyInTraining()
    {
        using var scope = new TensorScope();
        (Wiring, Tensor)[] wirings = [(new PostNorm(_norm, dropout: 1), _norm.Call(_tokens)), (new PreNorm(_norm, dropout: 1), _tokens)];
        foreach (var (wiring, skipped) in wirings)
        {
            Tensors.AssertSame(skipped, wiring.Call(_tokens, Sublayer));
            wiring.Eval();
            Assert.NotEqual(skipped.Numbers(), wiring.Call(_tokens, Sublayer).Numbers());
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void GradientsOfEveryWiringAreSlopes(string id)
    {
        var wiring = Build(id, layers: 3);
        wiring.To(DType.Float64);
        var tokens = Tensors.Normal64(1, 2, 3, 4);
        tokens.RequiresGrad = true;
        FiniteDifferences.AssertGradients([tokens, .. wiring.Parameters()], () => (wiring.Call(tokens, Sublayer) * Tensors.Normal64(2, 2, 3, 4)).Sum());
    }

    [Fact]
    public void ASandwichNormalisesBothEnds()
    {
        using var scope = new TensorScope();
        Tensors.AssertSame(_tokens + _norm.Call(Sublayer(_norm.Call(_tokens))), new SandwichNorm(_norm, _norm).Call(_tokens, Sublayer));
    }

    [Fact]
    public void DeepNormStrengthensTheSkipConnectionWithDepth()
    {
        using var scope = new TensorScope();
        Tensors.AssertClose(_norm.Call(_tokens * 2 + Sublayer(_tokens)), Build("deep-norm", layers: 8).Call(_tokens, Sublayer));
        Assert.Equal(1 / Math.Sqrt(8), DeepNormScale.Alone(8).Beta, 12);
    }

    [Fact]
    public void ReZeroStartsAsTheIdentity()
    {
        using var scope = new TensorScope();
        Tensors.AssertSame(_tokens, new ReZero().Call(_tokens, Sublayer));
    }

    [Fact]
    public void AClosedGateKeepsTheTokensAndAnOpenOneDropsThem()
    {
        using var scope = new TensorScope();
        var wiring = new GatedResidual(4, _norm);
        var updateBias = wiring.NamedParameters().Single(item => item.Name == "input.bias").Parameter;
        using (Autograd.NoGrad())
            updateBias[4..8] = Tensor.From(1e5f);
        Tensors.AssertClose(_tokens, wiring.Call(_tokens, Sublayer), 1e-6);
        using (Autograd.NoGrad())
            updateBias[4..8] = Tensor.From(-1e5f);
        Assert.All(wiring.Call(_tokens * 50, Sublayer).Numbers(), value => Assert.InRange(value, -1, 1));
    }

    [Fact]
    public void ResiDualSumsUpASecondStream()
    {
        using var scope = new TensorScope();
        var mixer = new MultiHeadAttention(4, 2, new SoftmaxAttention());
        var feedForward = new PositionwiseFeedForward(4, 8, Activations.Named("relu"));
        var mixed = mixer.Call(_tokens);
        var first = _norm.Call(_tokens + mixed);
        var fed = feedForward.Call(first);
        var expected = _norm.Call(first + fed) + _norm.Call((_tokens + mixed + fed) * 0.5);
        Tensors.AssertClose(expected, new ResiDual([mixer], [feedForward], () => new LayerNorm(4), 0.5).Call(_tokens), 1e-5);
    }

    public static TheoryData<string> Ids => [.. MethodCatalog.OfRole<Wiring>().Select(entry => entry.Id)];

    private static Wiring Build(string id, int layers) =>
        Part<Wiring>.Of(id).Build(new WiringShape(4, Part<NormalizationLayer>.Of("layer-norm"), Layers: layers));

    private static Tensor Sublayer(Tensor tokens) => tokens.Sin() * 2;
}
