using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>Every map of some heads becomes a sum of those of all heads: a linear map over the heads.</summary>
internal sealed class HeadMixing(int heads, int mixed) : Module
{
    /// <summary>(mixed heads, heads).</summary>
    public Parameter Weight { get; } = Initialization.InverseFanIn(Parameter.Empty(mixed, heads), heads);

    /// <summary>(batch, heads, queries, keys) to (batch, mixed heads, queries, keys).</summary>
    public Tensor Call(Tensor maps)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Weight.MatMul(maps.Flatten(2)).Unflatten(2, [maps.Size(2), maps.Size(3)]));
    }
}
