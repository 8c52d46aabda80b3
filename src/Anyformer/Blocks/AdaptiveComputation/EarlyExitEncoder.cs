using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.AdaptiveComputation;

/// <summary>
/// Blocks with a classifier of the first token after each, so that easy samples need not pass them all
/// (DeeBERT: Xin et al., ACL 2020, arXiv 2004.12993; PABEE: Zhou et al., NeurIPS 2020, arXiv 2006.04152).
/// </summary>
[Formula(
    "z_l = W_l x_l + b_l",
    "loss = sum_l l · cross-entropy(z_l) / sum_l l",
    Where = "x: first token after a block, (width); z: logits, (classes); W: (classes, width); b: (classes)")]
[Method("early-exit", "A classifier after every block", Family.AdaptiveComputation, 2020, System = "architectures",
    Paper = "Xin, Tang, Lee, Yu, Lin, DeeBERT: Dynamic Early Exiting for Accelerating BERT Inference, ACL 2020, arXiv 2004.12993",
    Complexity = "O(blocks passed · what a block costs)")]
public sealed class EarlyExitEncoder : Module
{
    /// <summary>Blocks, and a classifier after each.</summary>
    /// <param name="blocks">One or more blocks.</param>
    /// <param name="width">Width of a token.</param>
    /// <param name="classes">Classes to tell apart.</param>
    public EarlyExitEncoder(IEnumerable<EncoderBlock> blocks, int width, int classes)
    {
        Blocks = new ModuleList<EncoderBlock>(blocks);
        Classifiers = ModuleList<Linear>.Of(Blocks.Count, _ => new Linear(width, classes));
    }

    private ModuleList<EncoderBlock> Blocks { get; }

    private ModuleList<Linear> Classifiers { get; }

    /// <summary>What all classifiers say, for training: (blocks, batch, classes).</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    public Tensor Call(Tensor tokens)
    {
        using var scope = new TensorScope(this);
        var logits = new Tensor[Blocks.Count];
        for (var layer = 0; layer < logits.Length; layer++)
        {
            tokens = Blocks[layer].Call(tokens);
            logits[layer] = Classifiers[layer].Call(tokens[.., 0]);
        }

        return scope.Keep(Functional.Stack(logits));
    }

    /// <summary>The mean of the classifiers' losses, later ones weighing more (PABEE, section 3.3).</summary>
    /// <param name="logits">As <see cref="Call"/> gives them.</param>
    /// <param name="classes">The right classes, (batch) of integers.</param>
    public static Tensor Loss(Tensor logits, Tensor classes)
    {
        using var scope = new TensorScope();
        var layers = (int)logits.Size(0);
        var sum = Enumerable.Range(0, layers).Select(layer => logits[layer].CrossEntropyLoss(classes) * (layer + 1)).Aggregate(static (a, b) => a + b);
        return scope.Keep(sum * (2.0 / (layers * (layers + 1))));
    }

    /// <summary>Classifies; a sample that exits takes no part in the blocks after.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="rule">When a sample exits.</param>
    /// <returns>Logits, (batch, classes), and the block after which each sample left, (batch) of integers from 0.</returns>
    public (Tensor Logits, Tensor Exits) Predict(Tensor tokens, ExitRule rule)
    {
        using var scope = new TensorScope();
        var device = tokens.Device;
        var (samples, counts) = (Functional.Arange(tokens.Size(0), device: device), Functional.Zeros([tokens.Size(0)], DType.Int64, device: device));
        var (found, exits) = (new List<Tensor>(), new List<(Tensor Samples, int Layer)>());
        Tensor? before = null;
        for (var layer = 0; layer < Blocks.Count && samples.ElementCount > 0; layer++)
        {
            tokens = Blocks[layer].Call(tokens);
            var logits = Classifiers[layer].Call(tokens[.., 0]);
            (var leaves, counts) = rule.Judge(logits, counts, before);
            if (layer == Blocks.Count - 1)
                leaves = leaves.OnesLike();
            var (leaving, staying) = (Rows(leaves), Rows(!leaves));
            found.Add(logits.IndexSelect(0, leaving));
            exits.Add((samples.IndexSelect(0, leaving), layer));
            (tokens, counts, samples, before) =
                (tokens.IndexSelect(0, staying), counts.IndexSelect(0, staying), samples.IndexSelect(0, staying), logits.IndexSelect(0, staying));
        }

        var order = Functional.Cat([.. exits.Select(exit => exit.Samples)]).ArgSort();
        var layers = Functional.Cat([.. exits.Select(exit => Functional.Full([exit.Samples.ElementCount], (long)exit.Layer, DType.Int64, device: device))]);
        return (scope.Keep(Functional.Cat([.. found]).IndexSelect(0, order)), scope.Keep(layers.IndexSelect(0, order)));
    }

    private static Tensor Rows(Tensor chosen) => chosen.Nonzero().Flatten();
}
