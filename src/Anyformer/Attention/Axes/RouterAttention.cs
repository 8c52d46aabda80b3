using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Axes;

/// <summary>
/// A few learned routers ask all tokens, then all tokens ask the routers, so that the cost is linear in tokens (Zhang and Yan, ICLR 2023,
/// section 3.2): (batch, tokens, width) to the same. The samples of a batch come in groups of so many places, and each place has its own routers.
/// </summary>
public sealed class RouterAttention : TensorModule
{
    /// <summary>Attention through <paramref name="routers"/> vectors for each of <paramref name="places"/> samples in a row.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads.</exception>
    public RouterAttention(int places, int routers, int width, int heads, double dropout = 0)
    {
        Routers = Initialization.Normal(Parameter.Empty(places, routers, width));
        Gathering = new MultiHeadAttention(width, heads, new SoftmaxAttention(dropout));
        Distribution = new MultiHeadAttention(width, heads, new SoftmaxAttention(dropout));
    }

    /// <summary>(places, routers, width).</summary>
    private Parameter Routers { get; }

    private MultiHeadAttention Gathering { get; }

    private MultiHeadAttention Distribution { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Distribution.CallOn(input, Gathering, Routers, input);
}
