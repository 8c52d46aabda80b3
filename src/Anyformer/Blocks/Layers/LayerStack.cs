using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Layers;

/// <summary>How the layers of a stack follow each other: (batch, tokens, width) to the same.</summary>
/// <typeparam name="TBlock">A layer.</typeparam>
public abstract class LayerStack<TBlock> : Module where TBlock : Module
{
    /// <summary>Whether it calls the same layers for every token, so that a text can be read on.</summary>
    public virtual bool ReadsOn => true;

    /// <summary>The tokens after all layers.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="run">Runs one layer on tokens, with the masks and contexts that the caller knows.</param>
    public Tensor Call(Tensor tokens, Func<TBlock, Tensor, Tensor> run)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(tokens, run));
    }

    /// <summary>The tokens after all layers.</summary>
    protected abstract Tensor Forward(Tensor tokens, Func<TBlock, Tensor, Tensor> run);
}

/// <summary>Layers one after the other.</summary>
public sealed class SequentialLayers<TBlock>(IEnumerable<TBlock> blocks) : LayerStack<TBlock> where TBlock : Module
{
    private ModuleList<TBlock> Blocks { get; } = new(blocks);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<TBlock, Tensor, Tensor> run) => Blocks.Aggregate(tokens, (current, block) => run(block, current));
}
