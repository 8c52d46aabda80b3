using Anyformer.Modules;
using Anyformer.Torch;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>Linear maps of the shapes of ViT-S/16 on 16 images: projections and the feed-forward network's first map.</summary>
public class LinearBenchmark : KernelBenchmark
{
    private Linear _module = null!, _frozen = null!;
    private Tensor _tokens = null!;

    [Params(197, 3152)]
    public int Tokens { get; set; }

    [Params(384, 1536)]
    public int Outputs { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        (_module, _frozen) = (new Linear(384, Outputs), new Linear(384, Outputs));
        _frozen.Eval();
        _frozen.Freeze();
        _tokens = Functional.Randn([Tokens, 384]);
    }

    [Benchmark(Baseline = true)]
    public void Operator() => Scoped(() => Functional.Linear(_tokens, _module.Weight, _module.Bias));

    [Benchmark]
    public void Module() => Scoped(() => _module.Call(_tokens));

    [Benchmark]
    public void Frozen() => Scoped(() => _frozen.Call(_tokens));
}
