using Anyformer.Modules;

namespace Anyformer.Training.Optimizers;

/// <summary>Adam with the weight decay apart from the gradient: <c>p = p - lr λ p</c> (Loshchilov and Hutter, ICLR 2019, arXiv 1711.05101).</summary>
public sealed class AdamW(IEnumerable<Parameter> parameters, AdamOptions options) : Adam(parameters, options)
{
    private protected override bool DecaysApart => true;
}
