using Anyformer.Blocks.AdaptiveComputation;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Blocks.Layers;

/// <summary>
/// One layer again and again, told the number of the step by a wave added to the tokens (Universal Transformer: Dehghani, Gouws, Vinyals, Uszkoreit, Kaiser,
/// ICLR 2019, arXiv 1807.03819, section 2.1).
/// </summary>
/// <param name="block">The layer.</param>
/// <param name="steps">How often it runs.</param>
public sealed class SharedLayers<TBlock>(TBlock block, int steps) : LayerStack<TBlock> where TBlock : Module
{
    private TBlock Block { get; } = block;

    /// <summary>The tokens of a step, told its number.</summary>
    internal static Tensor Told(Tensor tokens, int step) =>
        tokens + Sinusoids.HalfSplit(Functional.Arange(step, step + 1, device: tokens.Device), tokens.Size(2)).To(tokens.DType);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<TBlock, Tensor, Tensor> run) =>
        Enumerable.Range(0, steps).Aggregate(tokens, (current, step) => run(Block, Told(current, step)));
}

/// <summary>
/// One layer for as many steps as each token needs (Universal Transformer with adaptive computation time: Graves 2016, arXiv 1603.08983; arXiv 1807.03819,
/// section 2.2). Adds the mean number of steps to the auxiliary losses.
/// </summary>
public sealed class HaltingLayers<TBlock> : LayerStack<TBlock> where TBlock : Module
{
    private readonly AdaptiveHalting _halting;
    private readonly double _ponderWeight;

    /// <summary>A layer that halts.</summary>
    /// <param name="block">The layer.</param>
    /// <param name="steps">How often it runs at most.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="threshold">The sum of probabilities at which a token halts, from 0 to 1.</param>
    /// <param name="ponderWeight">Weight of the mean number of steps in the loss.</param>
    public HaltingLayers(TBlock block, int steps, int width, double threshold, double ponderWeight)
    {
        (Block, Halting, _halting, _ponderWeight) = (block, new Linear(width, 1), new AdaptiveHalting(threshold, steps), ponderWeight);
        // Halting soon at first keeps the first steps of training cheap.
        Initialization.Constant(Halting.Bias!, 1);
    }

    /// <inheritdoc/>
    public override bool ReadsOn => false;

    private TBlock Block { get; }

    /// <summary>From a token to the logit of its halting.</summary>
    private Linear Halting { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<TBlock, Tensor, Tensor> run)
    {
        var halted = _halting.Run(tokens, (state, step) =>
        {
            var told = SharedLayers<TBlock>.Told(state, step);
            return (Halting.Call(told).Sigmoid().Squeeze(-1), run(Block, told));
        });
        if (AuxiliaryLoss.IsCollecting)
            AuxiliaryLoss.Add(halted.Ponder * _ponderWeight);
        return halted.Output;
    }
}
