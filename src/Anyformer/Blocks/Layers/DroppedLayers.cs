using Anyformer.Blocks.AdaptiveComputation;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Layers;

/// <summary>Layers of which each is left out with a probability in every training step (Fan, Grave, Joulin, ICLR 2020, arXiv 1909.11556).</summary>
/// <param name="blocks">The layers.</param>
/// <param name="probability">With which a layer is left out, from 0 to 1.</param>
public sealed class DroppedLayers<TBlock>(IEnumerable<TBlock> blocks, double probability) : LayerStack<TBlock> where TBlock : Module
{
    private ModuleList<TBlock> Blocks { get; } = new(blocks);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<TBlock, Tensor, Tensor> run)
    {
        var kept = IsTraining
            ? LayerDropEncoder.Kept(RandomDraws.Uniform([Blocks.Count], Functional.Empty([0])), probability).ToArray<bool>()
            : [.. Enumerable.Repeat(true, Blocks.Count)];
        return Blocks.Zip(kept).Where(layer => layer.Second).Aggregate(tokens, (current, layer) => run(layer.First, current));
    }
}
