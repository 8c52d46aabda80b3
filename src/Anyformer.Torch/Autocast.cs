using Anyformer.Torch.Native;

namespace Anyformer.Torch;

/// <summary>Runs matrix products and convolutions of this thread in a narrower type until disposed; the rest stays in single precision.</summary>
/// <example><code>
/// using var autocast = new Autocast(Device.Cpu, DType.BFloat16);
/// var loss = model.Call(batch);
/// </code></example>
public readonly unsafe ref struct Autocast : IDisposable
{
    private readonly DeviceType _device;
    private readonly int _previous;

    /// <summary>Enters the region.</summary>
    /// <param name="device">The device whose operators are meant.</param>
    /// <param name="dtype">The narrower type: bfloat16, on CUDA also float16.</param>
    public Autocast(Device device, DType dtype)
    {
        _device = device.Type;
        int previous;
        Status.Check(NativeMethods.AutocastEnter((int)_device, 1, (int)dtype, &previous));
        _previous = previous;
    }

    /// <inheritdoc/>
    public void Dispose() => Status.Check(NativeMethods.AutocastLeave((int)_device, _previous));
}
