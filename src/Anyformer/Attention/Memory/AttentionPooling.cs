using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Memory;

/// <summary>
/// Pooling by multihead attention: learned seeds ask a set of any size and become a summary of it (Lee et al., ICML 2019, arXiv 1810.00825,
/// section 3.2), (batch, elements, width) to (batch, seeds, width). As in the authors' code the set is asked as it is; the paper has a row-wise
/// layer before.
/// </summary>
public sealed class AttentionPooling : Module
{
    /// <summary>Pooling to a number of seeds.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public AttentionPooling(int width, int heads, int seeds, bool norm = false, double dropout = 0)
    {
        Seeds = Initialization.XavierUniform(Parameter.Empty(1, seeds, width));
        Attention = new SetAttentionBlock(width, width, width, heads, norm, dropout);
    }

    /// <summary>(1, seeds, width).</summary>
    private Parameter Seeds { get; }

    private SetAttentionBlock Attention { get; }

    /// <summary>The summary, (batch, seeds, width).</summary>
    /// <param name="set">(batch, elements, width).</param>
    /// <param name="mask">Which elements count; null lets all count.</param>
    public Tensor Call(Tensor set, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Attention.Call(Seeds, set, mask));
    }
}
