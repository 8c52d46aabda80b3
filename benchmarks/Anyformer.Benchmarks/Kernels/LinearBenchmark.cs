using Anyformer.Modules;
using Anyformer.Torch;
using BenchmarkDotNet.Attributes;

namespace Anyformer.Benchmarks.Kernels;

/// <summary>The linear maps of ViT-S/16 on 1 image and on 16: as a module and frozen, beside libtorch's operators.</summary>
public class LinearBenchmark : KernelBenchmark
{
    private Linear _module = null!, _frozen = null!;
    private Activation _activation = null!;
    private Tensor _tokens = null!;

    [Params(197, 3152)]
    public int Rows { get; set; }

    [ParamsSource(nameof(Maps))]
    public LinearMap Map { get; set; } = null!;

    public static IEnumerable<LinearMap> Maps =>
        [new(384, 1152, "identity"), new(384, 384, "identity"), new(384, 1536, "gelu"), new(1536, 384, "identity")];

    [GlobalSetup]
    public void Prepare()
    {
        Begin();
        (_module, _frozen) = (new Linear(Map.Inputs, Map.Outputs), new Linear(Map.Inputs, Map.Outputs));
        _frozen.Eval();
        _frozen.Freeze();
        _activation = Activations.Named(Map.Activation);
        _tokens = Functional.Randn([Rows, Map.Inputs]);
    }

    [Benchmark(Baseline = true)]
    public void Operators() => Scoped(() => _activation(Functional.Linear(_tokens, _module.Weight, _module.Bias)));

    [Benchmark]
    public void Module() => Scoped(() => _module.Call(_tokens, _activation));

    [Benchmark]
    public void Frozen() => Scoped(() => _frozen.Call(_tokens, _activation));
}

/// <summary>A map and what follows it.</summary>
public sealed record LinearMap(int Inputs, int Outputs, string Activation)
{
    /// <summary>As the table shows it.</summary>
    public override string ToString() => Activation == "identity" ? $"{Inputs} -> {Outputs}" : $"{Inputs} -> {Outputs}, {Activation}";
}
