using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Kernels.Products;

/// <summary>A linear map in a form for inference; inputs are float32 on the processor, and so are outputs.</summary>
internal interface IFrozenMap
{
    /// <summary>The output: (..., inputs) to (..., outputs).</summary>
    /// <param name="input">(..., inputs).</param>
    /// <param name="activation">What is applied to it; null for nothing.</param>
    /// <param name="residual">What is added to it then, of its shape; null for nothing.</param>
    Tensor Call(Tensor input, Activation? activation = null, Tensor? residual = null);

    /// <summary>The outputs of several maps of this form for one input, this one among them.</summary>
    Tensor[] CallEach(Tensor input, ReadOnlySpan<IFrozenMap> maps)
    {
        var outputs = new Tensor[maps.Length];
        for (var i = 0; i < maps.Length; i++)
            outputs[i] = maps[i].Call(input);
        return outputs;
    }

    /// <summary>Gives the weights back as they were.</summary>
    void Thaw();
}
