using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.AdaptiveComputation;

/// <summary>
/// Blocks of which each is left out with a probability in every training step, so that a shallower encoder can be cut out of it afterwards
/// (LayerDrop: Fan, Grave, Joulin, ICLR 2020, arXiv 1909.11556). What is kept is not scaled.
/// </summary>
[Formula(
    "X_(l+1) = block_l(X_l) with probability 1 - p while training, X_l otherwise",
    "pruned: every m-th block is left out, m = floor(1 / r)",
    Where = "p: probability of being left out; m: 1 or more; r: rate of pruning")]
[Method("layer-drop", "LayerDrop", Family.AdaptiveComputation, 2020, System = "architectures",
    Paper = "Fan, Grave, Joulin, Reducing Transformer Depth on Demand with Structured Dropout, ICLR 2020, arXiv 1909.11556",
    Complexity = "O(kept blocks · what a block costs)")]
public sealed class LayerDropEncoder : Module
{
    private readonly double _probability;

    /// <summary>Blocks that drop out.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="probability">With which a block is left out while training, from 0 to 1.</param>
    /// <param name="norm">A normalisation behind the last block; null for none.</param>
    /// <exception cref="UserException">The probability is out of its range.</exception>
    public LayerDropEncoder(IEnumerable<EncoderBlock> blocks, double probability = 0.2, NormalizationLayer? norm = null)
    {
        if (probability is not (>= 0 and <= 1))
            throw new UserException($"LayerDrop needs a probability between 0 and 1, found {probability}.");
        (_probability, Norm, Blocks) = (probability, norm, new ModuleList<EncoderBlock>(blocks));
    }

    private ModuleList<EncoderBlock> Blocks { get; }

    private NormalizationLayer? Norm { get; }

    /// <summary>Which blocks run, for numbers drawn from 0 to 1, one a block.</summary>
    public static Tensor Kept(Tensor draws, double probability) => draws > probability;

    /// <summary>Which blocks stay when every so many-th, from the first on, is taken out.</summary>
    /// <param name="blocks">Blocks of the encoder.</param>
    /// <param name="every">Of so many blocks in a row one goes: one over the rate of pruning, rounded down.</param>
    /// <exception cref="UserException"><paramref name="every"/> is less than 1.</exception>
    public static bool[] KeptWithoutEvery(int blocks, int every) => every >= 1
        ? [.. Enumerable.Range(0, blocks).Select(block => block % every != 0)]
        : throw new UserException($"One of every so many blocks goes, found {every}; expected 1 or more.");

    /// <summary>The tokens after the blocks.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixers may not see.</param>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        var kept = IsTraining && _probability > 0
            ? Kept(RandomDraws.Uniform([Blocks.Count], Functional.Empty([0])), _probability).ToArray<bool>()
            : [.. Enumerable.Repeat(true, Blocks.Count)];
        foreach (var (block, runs) in Blocks.Zip(kept))
            if (runs)
                tokens = block.Call(tokens, mask);
        return scope.Keep(Norm is null ? tokens : Norm.Call(tokens));
    }

    /// <summary>An encoder of the blocks that stay at a rate of pruning; it shares their weights. It drops none any more.</summary>
    /// <param name="rate">The part of the blocks that goes, above 0 and up to 1.</param>
    /// <exception cref="UserException">The rate is out of its range.</exception>
    public Encoder Pruned(double rate)
    {
        if (rate is not (> 0 and <= 1))
            throw new UserException($"The rate of pruning must be above 0 and at most 1, found {rate}.");
        var kept = KeptWithoutEvery(Blocks.Count, (int)Math.Floor(1 / rate));
        return new Encoder(Blocks.Where((_, layer) => kept[layer]), Norm);
    }
}
