using Anyformer.Modules;
using Anyformer.Torch;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>The largest linear map of GPT-2 small for the few rows of a text that is written, whose weights are read as they lie.</summary>
public class FewRowsBenchmark : KernelBenchmark
{
    private readonly Linear _module = new(768, 3072);
    private Tensor _tokens = null!;

    [Params(1, 4)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        _tokens = Functional.Randn([Rows, 768]);
    }

    [Benchmark(Baseline = true)]
    public void Operator() => Scoped(() => Functional.Linear(_tokens, _module.Weight, _module.Bias));

    [Benchmark]
    public void Module() => Scoped(() => _module.Call(_tokens));
}
