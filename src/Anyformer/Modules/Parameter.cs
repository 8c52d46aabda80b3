using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>A trainable tensor of a module. It keeps its identity for life: optimisers and modules hold the same object.</summary>
public sealed class Parameter : Tensor
{
    /// <summary>Makes a leaf over the elements of <paramref name="data"/> that requires a gradient.</summary>
    public Parameter(Tensor data) : base(data.Detach())
    {
        RequiresGrad = true;
        OutliveScopes();
    }

    /// <summary>A parameter of the given shape whose elements are set by an initialiser.</summary>
    internal static Parameter Empty(params ReadOnlySpan<long> shape)
    {
        using var scope = new TensorScope();
        return new Parameter(Functional.Empty(shape));
    }
}
