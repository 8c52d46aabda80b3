using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="DynamicPositionBias"/>.</summary>
public sealed record DynamicPositionBiasOptions
{
    /// <summary>Width of the network's hidden layers.</summary>
    [Description("width of the network's hidden layers"), Range(1, 1 << 20)]
    public int Width { get; init; } = 64;

    /// <summary>Hidden layers of the network.</summary>
    [Description("hidden layers of the network"), Range(1, 100)]
    public int Depth { get; init; } = 2;

    /// <summary>Whether the network sees the logarithm of a distance, with its sign.</summary>
    [Description("the network sees the logarithm of a distance, with its sign")]
    public bool LogDistance { get; init; }

    /// <summary>Whether hidden layers are normalised before their activation.</summary>
    [Description("hidden layers are normalised before their activation")]
    public bool Norm { get; init; }
}

/// <summary>
/// Adds what a small network makes of the distance, a number for every head (Wang et al., ICLR 2022, CrossFormer, arXiv 2108.00154, section 3.3; in one
/// dimension as in x-transformers).
/// </summary>
[Formula("S'_ij = S_ij + b_a, b = mlp(i - j), or of sign(i - j) ln(|i - j| + 1)", Where = "S': (batch, heads, queries, keys); b: (heads); a: head")]
[Method("dynamic-bias", "Dynamic position bias", Family.RelativePositions, 2022,
    Paper = "Wang, Yao, Chen, Lin, Cai, He, Liu, CrossFormer: A Versatile Vision Transformer Hinging on Cross-scale Attention, ICLR 2022, arXiv 2108.00154",
    Complexity = "O(tokens²)", System = "positions")]
public sealed class DynamicPositionBias : DistanceBias
{
    private readonly bool _isLogarithmic;

    /// <summary>A network for heads.</summary>
    public DynamicPositionBias(AttentionShape shape, DynamicPositionBiasOptions options)
    {
        _isLogarithmic = options.LogDistance;
        Layers = ModuleList<Layer>.Of(options.Depth, layer => new Layer(layer == 0 ? 1 : options.Width, options.Width, options.Norm));
        Output = new Linear(options.Width, shape.Heads);
    }

    private ModuleList<Layer> Layers { get; }

    private Linear Output { get; }

    /// <inheritdoc/>
    protected override Tensor OfDistances(Tensor distances)
    {
        // The network has always seen how far the query lies behind the key.
        var behind = -distances.To(Output.Weight.DType).Unsqueeze(-1);
        var input = _isLogarithmic ? behind.Sign() * (behind.Abs() + 1).Log() : behind;
        return Output.Call(Layers.Aggregate(input, (hidden, layer) => layer.Call(hidden))).Transpose(0, 1);
    }

    private sealed class Layer(long inputs, long outputs, bool hasNorm) : TensorModule
    {
        private Linear Map { get; } = new(inputs, outputs);

        private LayerNorm? Norm { get; } = hasNorm ? new LayerNorm(outputs) : null;

        protected override Tensor Forward(Tensor input)
        {
            var mapped = Map.Call(input);
            return (Norm is null ? mapped : Norm.Call(mapped)).Silu();
        }
    }
}
