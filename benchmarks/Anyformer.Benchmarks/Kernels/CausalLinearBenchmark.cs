using Anyformer.Benchmarks.Works;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>Causal linear attention of 8 heads with values of width 64: what models use, beside the composition of operators.</summary>
public class CausalLinearBenchmark : KernelBenchmark
{
    private Action _forward = null!, _composition = null!, _bothWays = null!, _compositionBothWays = null!;

    [Params(512, 4096, 16_384)]
    public int Tokens { get; set; }

    [Params(64, 256)]
    public int Features { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        _forward = AttentionWorks.Forward(AttentionWorks.CausalLinear, Tokens, features: Features);
        _composition = AttentionWorks.Forward(AttentionWorks.CausalLinearComposition, Tokens, features: Features);
        _bothWays = AttentionWorks.ForwardAndBackward(AttentionWorks.CausalLinear, Tokens, features: Features);
        _compositionBothWays = AttentionWorks.ForwardAndBackward(AttentionWorks.CausalLinearComposition, Tokens, features: Features);
    }

    [Benchmark(Baseline = true), BenchmarkCategory(Forward)]
    public void Composition() => _composition();

    [Benchmark, BenchmarkCategory(Forward)]
    public void Kernel() => _forward();

    [Benchmark(Baseline = true), BenchmarkCategory(BothWays)]
    public void CompositionBothWays() => _compositionBothWays();

    [Benchmark, BenchmarkCategory(BothWays)]
    public void KernelBothWays() => _bothWays();
}
