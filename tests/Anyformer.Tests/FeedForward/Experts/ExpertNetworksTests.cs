using Anyformer.FeedForward.Experts;
using Anyformer.Modules;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.FeedForward.Experts;

public sealed class ExpertNetworksTests
{
    [Fact]
    public void EveryTokenMeetsTheExpertsThatKeepIt() => Property.Holds(
        from tokens in Gen.Choose(1, 12)
        from experts in Gen.Choose(1, 5)
        from choices in Gen.Choose(1, 3)
        from seed in Gen.Choose(0, 1 << 20)
        select (tokens, experts, choices, seed),
        drawn =>
        {
            using var scope = new TensorScope();
            var (tokens, experts, choices, seed) = drawn;
            var random = new Random(seed);
            var networks = new ExpertNetworks(experts, 3, 4, Activations.Named("tanh"), bias: true);
            networks.To(DType.Float64);
            var input = Tensors.Normal64(seed, tokens, 3);
            var chosen = Enumerable.Range(0, tokens * choices).Select(_ => random.NextInt64(experts)).ToArray();
            var kept = Enumerable.Range(0, tokens * choices).Select(_ => random.Next(3) > 0).ToArray();
            var weights = Tensors.Normal64(seed + 1, tokens, choices);
            var route = new ExpertRoute(Tensor.From(chosen, tokens, choices), weights, Tensor.From(kept, tokens, choices));
            Tensors.AssertClose(Naive(networks, input, chosen, kept, weights.Numbers()), networks.Call(input, route), 1e-12);
        });

    [Fact]
    public void TokensThatNobodyKeepsGetNothing()
    {
        using var scope = new TensorScope();
        var networks = new ExpertNetworks(2, 3, 4, Activations.Named("relu"));
        var route = new ExpertRoute(Tensor.From<long>([0, 1], 2, 1), Functional.Ones([2, 1]), Tensor.From([false, false], 2, 1));
        Tensors.AssertClose(new double[6], networks.Call(Tensors.Normal(1, 2, 3), route), 0);
    }

    private static Tensor Naive(ExpertNetworks networks, Tensor input, long[] chosen, bool[] kept, double[] weights)
    {
        var state = networks.StateDict();
        var choices = chosen.Length / input.Size(0);
        var output = input.ZerosLike();
        for (var i = 0; i < chosen.Length; i++)
        {
            if (!kept[i])
                continue;
            var hidden = (state["hidden_weight"][chosen[i]].Mv(input[i / choices]) + state["hidden_bias"][chosen[i]]).Tanh();
            output[i / choices].AddInPlace((state["output_weight"][chosen[i]].Mv(hidden) + state["output_bias"][chosen[i]]) * weights[i]);
        }

        return output;
    }
}
