using Anyformer.Benchmarks.Works;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>Attention of 8 heads of width 64: what models use, beside the composition of operators, forward and both ways.</summary>
public class AttentionBenchmark : KernelBenchmark
{
    private Action _attention = null!, _composition = null!, _attentionBothWays = null!, _compositionBothWays = null!;

    [Params(64, 256, 1024, 4096)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        _attention = AttentionWorks.Forward(AttentionWorks.Softmax, Tokens);
        _composition = AttentionWorks.Forward(AttentionWorks.Composition, Tokens);
        _attentionBothWays = AttentionWorks.ForwardAndBackward(AttentionWorks.Softmax, Tokens);
        _compositionBothWays = AttentionWorks.ForwardAndBackward(AttentionWorks.Composition, Tokens);
    }

    [Benchmark(Baseline = true), BenchmarkCategory(Forward)]
    public void Composition() => _composition();

    [Benchmark, BenchmarkCategory(Forward)]
    public void Attention() => _attention();

    [Benchmark(Baseline = true), BenchmarkCategory(BothWays)]
    public void CompositionBothWays() => _compositionBothWays();

    [Benchmark, BenchmarkCategory(BothWays)]
    public void AttentionBothWays() => _attentionBothWays();
}
