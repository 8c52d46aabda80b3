using Anyformer.Blocks.CrossBlock;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Layers;

/// <summary>Layers that are each given a learned sum of the outputs of all before (dynamic linear combination of layers: arXiv 1906.01787).</summary>
/// <param name="blocks">The layers.</param>
/// <param name="history">What sums, for so many layers.</param>
public sealed class HistoryLayers<TBlock>(IEnumerable<TBlock> blocks, LayerHistory history) : LayerStack<TBlock> where TBlock : Module
{
    private ModuleList<TBlock> Blocks { get; } = new(blocks);

    private LayerHistory History { get; } = history;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<TBlock, Tensor, Tensor> run) =>
        History.Call(tokens, [.. Blocks.Select(block => (Func<Tensor, Tensor>)(current => run(block, current)))]);
}
