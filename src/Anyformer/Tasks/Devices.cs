using Anyformer.Torch;

namespace Anyformer.Tasks;

/// <summary>The devices that recipes name.</summary>
public static class Devices
{
    /// <summary>The device of a name.</summary>
    /// <exception cref="UserException">No such device, or this machine or libtorch has none.</exception>
    public static Device Parse(string text)
    {
        try
        {
            var device = Device.Parse(text);
            if (device.Type == DeviceType.Cuda && device.Index >= TorchRuntime.CudaDeviceCount)
                throw new UserException($"The device '{text}' is not there: libtorch sees {TorchRuntime.CudaDeviceCount} CUDA devices.");
            return device;
        }
        catch (FormatException exception)
        {
            throw new UserException(exception.Message, exception);
        }
    }
}
