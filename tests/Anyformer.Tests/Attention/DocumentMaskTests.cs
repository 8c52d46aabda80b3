using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

/// <summary>Every mechanism of the catalog under a table that keeps documents apart: it obeys, or says that it cannot.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class DocumentMaskTests
{
    private const int Tokens = 29, Border = 13, Width = 16, Heads = 2;

    public static TheoryData<string, bool> All
    {
        get
        {
            var all = new TheoryData<string, bool>();
            foreach (var entry in MethodCatalog.OfRole<TokenMixer>())
            {
                all.Add(entry.Id, false);
                if (entry.Claims!.Causal)
                    all.Add(entry.Id, true);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void DocumentsDoNotSeeEachOther(string id, bool isCausal)
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        TorchRuntime.ManualSeed(1);
        var mixer = Part<TokenMixer>.Of(id).Build(new TokenMixerShape(Tokens, Width, Heads));
        mixer.Eval();
        var second = Functional.Arange(Tokens).Ge(Border);
        var mask = new AttentionMask { IsCausal = isCausal, Pairs = second.Unsqueeze(1).Eq(second.Unsqueeze(0)).View([1, 1, Tokens, Tokens]) };
        var (input, other) = (Tensors.Normal(1, 2, Tokens, Width), Tensors.Normal(2, 2, Tokens, Width) * 3);
        Tensor Mixed(Tensor tokens)
        {
            // What is drawn is the same each time.
            TorchRuntime.ManualSeed(2);
            return mixer.Call(tokens, mask);
        }

        try
        {
            var mixed = Mixed(input);
            var (firstChanged, secondChanged) = (Mixed(Functional.Where(second.View([1, Tokens, 1]), input, other)), Mixed(Functional.Where(second.View([1, Tokens, 1]), other, input)));
            var change = Math.Max(Largest(mixed[.., Border..] - firstChanged[.., Border..]), Largest(mixed[.., ..Border] - secondChanged[.., ..Border]));
            if (!MethodCatalog.Get(id).Claims!.Leaks.HasFlag(Leaks.Pairs))
                Assert.True(change <= 2e-5, $"{id} leaks: a number changed by {change}");
            else
                Assert.True(change > 1e-7, $"{id} is said to leak and does not");
        }
        catch (UserException refusal)
        {
            Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
        }
    }

    private static double Largest(Tensor tensor) => tensor.Abs().Max().Item<float>();
}
