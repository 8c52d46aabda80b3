using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Blocks.AdaptiveComputation;

/// <summary>When a sample needs no further blocks, judged by what a classifier after each block says of it.</summary>
public abstract class ExitRule
{
    /// <summary>Which samples exit now.</summary>
    /// <param name="logits">What the classifier of this block says, (samples, classes).</param>
    /// <param name="counts">What the rule counted after the block before, (samples).</param>
    /// <param name="before">What the classifier of the block before said; null at the first.</param>
    /// <returns>True of those that exit, (samples), and the counts for the block after.</returns>
    protected internal abstract (Tensor Exits, Tensor Counts) Judge(Tensor logits, Tensor counts, Tensor? before);

    /// <summary>The classifier that each sample uses, (samples) of integers from 0: the last where the rule never fires.</summary>
    /// <param name="logits">What all classifiers say, (classifiers, samples, classes).</param>
    public Tensor ExitsOf(Tensor logits)
    {
        using var scope = new TensorScope();
        var (last, samples) = (logits.Size(0) - 1, logits.Size(1));
        var (used, counts) = (Functional.Full([samples], last, DType.Int64, device: logits.Device), Functional.Zeros([samples], DType.Int64, device: logits.Device));
        for (var layer = 0; layer < last; layer++)
        {
            (var exits, counts) = Judge(logits[layer], counts, layer == 0 ? null : logits[layer - 1]);
            used = Functional.Where(exits.LogicalAnd(used.Eq(last)), Functional.Full([], (long)layer, DType.Int64, device: logits.Device), used);
        }

        return scope.Keep(used);
    }
}

/// <summary>Exit where the entropy of the classes is below a threshold (DeeBERT: Xin et al., ACL 2020, arXiv 2004.12993, section 3.2).</summary>
[Formula(
    "exit after block l when entropy(z_l) < θ",
    "entropy(z) = log sum_c exp(z_c) - sum_c softmax(z)_c z_c",
    Where = "z: logits of a classifier, (classes); c: class; θ: threshold, in nats")]
[Method("entropy-exit", "Early exit by entropy (DeeBERT)", Family.AdaptiveComputation, 2020, System = "architectures",
    Paper = "Xin, Tang, Lee, Yu, Lin, DeeBERT: Dynamic Early Exiting for Accelerating BERT Inference, ACL 2020, arXiv 2004.12993",
    Complexity = "O(classes) a block")]
public sealed class EntropyRule(double threshold) : ExitRule
{
    /// <summary>The entropy of each row of logits in nats: (..., classes) to (...).</summary>
    public static Tensor Entropy(Tensor logits)
    {
        using var scope = new TensorScope();
        return scope.Keep(logits.LogSumExp([-1]) - (logits.Softmax(-1) * logits).Sum([-1]));
    }

    /// <inheritdoc/>
    protected internal override (Tensor Exits, Tensor Counts) Judge(Tensor logits, Tensor counts, Tensor? before) => (Entropy(logits) < threshold, counts);
}

/// <summary>
/// Exit where so many classifiers in a row agreed with the one before them (PABEE: Zhou et al., NeurIPS 2020, arXiv 2006.04152, section 3.2).
/// </summary>
[Formula(
    "m_l = m_(l-1) + 1 when argmax z_l = argmax z_(l-1), else 0; m_1 = 0",
    "exit after block l when m_l ≥ patience",
    Where = "z: logits of a classifier, (classes); m: classifiers in a row that agree")]
[Method("patience-exit", "Early exit by patience (PABEE)", Family.AdaptiveComputation, 2020, System = "architectures",
    Paper = "Zhou, Xu, Ge, McAuley, Xu, Wei, BERT Loses Patience: Fast and Robust Inference with Early Exit, NeurIPS 2020, arXiv 2006.04152",
    Complexity = "O(classes) a block")]
public sealed class PatienceRule(int patience) : ExitRule
{
    /// <inheritdoc/>
    protected internal override (Tensor Exits, Tensor Counts) Judge(Tensor logits, Tensor counts, Tensor? before)
    {
        if (before is not null)
            counts = (counts + 1) * logits.ArgMax(-1).Eq(before.ArgMax(-1)).To(DType.Int64);
        return (counts.Ge(patience), counts);
    }
}
