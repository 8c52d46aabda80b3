using Anyformer.Attention.Softmax;
using Anyformer.Torch;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>Attention of short samples, as forecasters have it: a batch of 32 x 8 heads, where the softmax and its calls weigh most.</summary>
public class SoftmaxBenchmark : KernelBenchmark
{
    private readonly SoftmaxAttention _module = new();
    private Tensor _queries = null!, _keys = null!, _values = null!;

    [Params(7, 24, 96)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        Tensor Input() => Functional.Randn([32, 8, Tokens, 64]);
        (_queries, _keys, _values) = (Input(), Input(), Input());
    }

    [Benchmark(Baseline = true)]
    public void Composition() => Scoped(() => (_queries * 0.125).MatMul(_keys.Transpose(-2, -1)).Softmax(-1).MatMul(_values));

    [Benchmark]
    public void Module() => Scoped(() => _module.Call(_queries, _keys, _values));
}
