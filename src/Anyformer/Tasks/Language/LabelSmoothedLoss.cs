using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>
/// How far a model's scores are from targets of which a share is given to all other tokens alike, but to padding: the divergence of Kullback and Leibler
/// (Szegedy et al. 2016, arXiv 1512.00567, section 7; Vaswani et al. 2017, arXiv 1706.03762, section 5.4). Where the target is padding there is no loss.
/// </summary>
/// <remarks>The cross-entropy with smoothed labels of PyTorch gives the target and padding their part of that share too.</remarks>
public sealed class LabelSmoothedLoss
{
    private readonly double _smoothing;
    private readonly int _padding;

    /// <summary>A loss.</summary>
    /// <param name="smoothing">The share that is given to other tokens, from 0 and less than 1.</param>
    /// <param name="padding">The token of padding.</param>
    /// <exception cref="UserException">The share is none.</exception>
    public LabelSmoothedLoss(double smoothing, int padding)
    {
        if (smoothing is not (>= 0 and < 1))
            throw new UserException($"Label smoothing gives away a share from 0 and less than 1, found {smoothing}.");
        (_smoothing, _padding) = (smoothing, padding);
    }

    /// <summary>The mean over all targets that are no padding, a tensor of one element.</summary>
    /// <param name="scores">(..., vocabulary).</param>
    /// <param name="targets">Token ids, (...).</param>
    public Tensor Call(Tensor scores, Tensor targets)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(OfAll(scores, targets) / targets.Ne(_padding).Sum().Clamp(min: 1));
    }

    /// <summary>The sum over all targets, a tensor of one element.</summary>
    /// <param name="scores">(..., vocabulary).</param>
    /// <param name="targets">Token ids, (...).</param>
    public Tensor Sum(Tensor scores, Tensor targets)
    {
        using var scope = new TensorScope();
        return scope.Keep(OfAll(scores, targets));
    }

    /// <summary>The targets as probabilities of all tokens, (..., vocabulary); zeros where the target is padding.</summary>
    /// <param name="targets">Token ids, (...).</param>
    /// <param name="vocabulary">Number of tokens.</param>
    public Tensor Distributions(Tensor targets, int vocabulary)
    {
        using var scope = new TensorScope();
        var probabilities = Functional.Full([.. targets.Shape, vocabulary], Share(vocabulary), DType.Float32, device: targets.Device);
        _ = probabilities.ScatterInPlace(-1, targets.Unsqueeze(-1), 1 - _smoothing);
        _ = probabilities.Select(-1, _padding).FillInPlace(0);
        return scope.Keep(probabilities.MaskedFillInPlace(targets.Eq(_padding).Unsqueeze(-1), 0));
    }

    private Tensor OfAll(Tensor scores, Tensor targets)
    {
        var logs = scores.LogSoftmax(-1);
        var (vocabulary, share) = (scores.Size(-1), Share(scores.Size(-1)));
        var ofTarget = logs.Gather(-1, targets.Unsqueeze(-1)).Squeeze(-1);
        var ofOthers = logs.Sum([-1]) - ofTarget - logs.Select(-1, _padding);
        var entropy = -(PLogP(1 - _smoothing) + (vocabulary - 2) * PLogP(share));
        var divergence = -(1 - _smoothing) * ofTarget - share * ofOthers - entropy;
        return (divergence * targets.Ne(_padding)).Sum();
    }

    /// <summary>What each token gets that is neither the target nor padding.</summary>
    private double Share(long vocabulary) => _smoothing / (vocabulary - 2);

    private static double PLogP(double probability) => probability == 0 ? 0 : probability * Math.Log(probability);
}
