using Anyformer.Modules;
using Anyformer.Torch;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>Dropout of a million numbers: the kernel whose mask is a function of a counter, beside libtorch's.</summary>
public class DropoutBenchmark : KernelBenchmark
{
    private readonly Dropout _module = new(0.1);
    private Tensor _input = null!;

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        _input = Functional.Randn([1024, 1024]);
    }

    [Benchmark(Baseline = true)]
    public void Operator() => Scoped(() => Functional.Dropout(_input, 0.1, true));

    [Benchmark]
    public void Module() => Scoped(() => _module.Call(_input));
}
