using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Pyramids;

/// <summary>Blocks on maps of one size, (batch, height, width, channels), which an embedding makes of images or of the maps of the stage
/// before.</summary>
internal sealed class PyramidStage : TensorModule
{
    /// <param name="embedding">Makes the maps.</param>
    /// <param name="positions">Learned positions, (1, height x width, channels); null for none.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="norm">A normalisation of what comes out; null for none.</param>
    /// <param name="dropout">Probability of dropout on embedded places.</param>
    internal PyramidStage(TensorModule embedding, Parameter? positions, IEnumerable<PyramidBlock> blocks, LayerNorm? norm = null, double dropout = 0)
    {
        (Embedding, Positions, Norm) = (embedding, positions, norm);
        Dropout = new Dropout(dropout);
        Blocks = new ModuleList<PyramidBlock>(blocks);
    }

    private TensorModule Embedding { get; }

    /// <summary>(1, height x width, channels).</summary>
    private Parameter? Positions { get; }

    private Dropout Dropout { get; }

    private ModuleList<PyramidBlock> Blocks { get; }

    private LayerNorm? Norm { get; }

    protected override Tensor Forward(Tensor input)
    {
        var embedded = Embedding.Call(input);
        var placed = Positions is null ? embedded : embedded + Positions.View([1, embedded.Size(1), embedded.Size(2), -1]);
        var maps = Blocks.Aggregate(Dropout.Call(placed), static (tokens, block) => block.Call(tokens));
        return Norm is null ? maps : Norm.Call(maps);
    }
}
