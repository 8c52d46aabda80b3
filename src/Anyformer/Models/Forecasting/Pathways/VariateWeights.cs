using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>
/// Linear maps of their own for every variate, made from a short memory of the variate, so that there are few weights to learn: with the core
/// <c>g</c> that a small network makes of the memory, map j has the weights <c>L_j g R_j</c> and the bias <c>g B_j</c> (weight generator of
/// Chen et al., ICLR 2024, arXiv 2402.05956, appendix; after Cirstea et al., IJCAI 2022, arXiv 2204.13767).
/// </summary>
public sealed class VariateWeights : Module
{
    private const int MemoryWidth = 16;
    private const int HiddenWidth = 64;
    private const int CoreWidth = 10;

    private readonly int _width;

    /// <summary><paramref name="maps"/> maps from <paramref name="width"/> to the same for each of the variates.</summary>
    public VariateWeights(int variates, int width, int maps)
    {
        _width = width;
        Memory = Initialization.Normal(Parameter.Empty(variates, MemoryWidth));
        First = new Linear(MemoryWidth, HiddenWidth);
        Second = new Linear(HiddenWidth, HiddenWidth);
        Core = new Linear(HiddenWidth, CoreWidth * CoreWidth);
        Left = Initialization.InverseFanIn(Parameter.Empty(maps, width, CoreWidth), CoreWidth);
        Right = Initialization.InverseFanIn(Parameter.Empty(maps, CoreWidth, width), width);
        Biases = Initialization.InverseFanIn(Parameter.Empty(maps, CoreWidth * CoreWidth, width), width);
    }

    /// <summary>(variates, 16).</summary>
    private Parameter Memory { get; }

    private Linear First { get; }

    private Linear Second { get; }

    private Linear Core { get; }

    /// <summary>(maps, width, 10).</summary>
    private Parameter Left { get; }

    /// <summary>(maps, 10, width).</summary>
    private Parameter Right { get; }

    /// <summary>(maps, 100, width).</summary>
    private Parameter Biases { get; }

    /// <summary>The weights, each applied from the right, (maps, variates, width, width), and the biases, (maps, variates, width).</summary>
    public (Tensor Weights, Tensor Biases) Call()
    {
        using var scope = new TensorScope();
        var core = Core.Call(Second.Call(First.Call(Memory).Tanh()).Tanh());
        var (maps, variates) = (Left.Size(0), core.Size(0));
        // Left times core, one product for all variates: (maps, width, 10) by (10, variates * 10).
        var cores = core.View([variates, CoreWidth, CoreWidth]).Transpose(0, 1).Reshape([CoreWidth, variates * CoreWidth]);
        var left = Left.MatMul(cores).View([maps, _width, variates, CoreWidth]).Transpose(1, 2);
        var weights = left.Reshape([maps, variates * _width, CoreWidth]).Bmm(Right).View([maps, variates, _width, _width]);
        return scope.Keep((weights, core.MatMul(Biases)));
    }
}
