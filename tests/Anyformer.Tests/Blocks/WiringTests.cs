using Anyformer.Blocks;
using Anyformer.Normalization;
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

    private static Tensor Sublayer(Tensor tokens) => tokens.Sin() * 2;
}
