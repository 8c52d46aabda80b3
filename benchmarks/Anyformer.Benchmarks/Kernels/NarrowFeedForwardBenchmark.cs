using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Torch;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>A feed-forward network of few channels, as forecasters have it, whose hidden units stay in registers: beside the composition, forward and both ways.</summary>
public class NarrowFeedForwardBenchmark : KernelBenchmark
{
    private PositionwiseFeedForward _module = null!;
    private Tensor _tokens = null!;
    private Tensor[] _leaves = null!;

    [Params(4, 16)]
    public int Width { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        _module = new PositionwiseFeedForward(Width, 64, Activations.Named("gelu"));
        _tokens = Functional.Randn([128, 7 * 96, Width]);
        _tokens.RequiresGrad = true;
        _leaves = [_tokens, .. _module.Parameters()];
    }

    [Benchmark(Baseline = true), BenchmarkCategory(Forward)]
    public void Composition() => Scoped(() => _module.Compose(_tokens));

    [Benchmark, BenchmarkCategory(Forward)]
    public void Module() => Scoped(() => _module.Call(_tokens));

    [Benchmark(Baseline = true), BenchmarkCategory(BothWays)]
    public void CompositionBothWays() => Differentiated(_module.Compose);

    [Benchmark, BenchmarkCategory(BothWays)]
    public void ModuleBothWays() => Differentiated(_module.Call);

    private void Differentiated(Func<Tensor, Tensor> map)
    {
        using var scope = new TensorScope();
        Autograd.Grad([map(_tokens).Sum()], _leaves);
    }
}
