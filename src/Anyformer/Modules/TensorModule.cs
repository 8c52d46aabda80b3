using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A module that makes one tensor of one tensor.</summary>
public abstract class TensorModule : Module
{
    /// <summary>Computes the output; what was made on the way is freed, except what the backward pass needs.</summary>
    public Tensor Call(Tensor input)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Forward(input));
    }

    /// <summary>The output for an input.</summary>
    protected abstract Tensor Forward(Tensor input);
}
