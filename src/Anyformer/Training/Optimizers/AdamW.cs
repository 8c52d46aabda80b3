using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Training.Optimizers;

/// <summary>Adam with the weight decay apart from the gradient: <c>p = p - lr λ p</c> (Loshchilov and Hutter, ICLR 2019, arXiv 1711.05101).</summary>
public sealed class AdamW(IEnumerable<Parameter> parameters, AdamOptions options) : Adam(parameters, options)
{
    /// <inheritdoc/>
    protected override Tensor[] Decay(Tensor[] parameters, Tensor[] gradients)
    {
        Tensor[] decayed = [.. parameters.Where(parameter => IsDecayed(parameter, Options.DecayedWeights))];
        if (Options.WeightDecay != 0 && decayed.Length > 0)
            Functional.ForeachMulInPlace(decayed, 1 - LearningRate * Options.WeightDecay);
        return gradients;
    }
}
