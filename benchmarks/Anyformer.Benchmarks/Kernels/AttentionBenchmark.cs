using Anyformer.Benchmarks.Works;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>Attention of 8 heads of width 64: what models use, beside the composition of operators.</summary>
public class AttentionBenchmark : KernelBenchmark
{
    private Action _forward = null!, _composition = null!, _backward = null!, _backwardComposition = null!;

    [Params(64, 256, 1024, 4096)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        _forward = AttentionWorks.Forward(AttentionWorks.Softmax, Tokens);
        _composition = AttentionWorks.Forward(AttentionWorks.Composition, Tokens);
        _backward = AttentionWorks.ForwardAndBackward(AttentionWorks.Softmax, Tokens);
        _backwardComposition = AttentionWorks.ForwardAndBackward(AttentionWorks.Composition, Tokens);
    }

    [Benchmark(Baseline = true)]
    public void Composition() => _composition();

    [Benchmark]
    public void Attention() => _forward();

    [Benchmark]
    public void CompositionBothWays() => _backwardComposition();

    [Benchmark]
    public void AttentionBothWays() => _backward();
}
