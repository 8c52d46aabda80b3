using Anyformer.Tasks;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks;

public sealed class DevicesTests
{
    [Fact]
    public void TheProcessorIsAlwaysThere() => Assert.Equal(Device.Cpu, Devices.Parse("cpu"));

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    [InlineData("")]
    public void OthersAreRefused(string text) => Assert.Equal(
        $"Device '{text}' is unknown; expected cpu, cuda or cuda:<number>.", Assert.Throws<UserException>(() => Devices.Parse(text)).Message);

    [Fact]
    public void ADeviceThatIsNotThereIsNamed()
    {
        var count = TorchRuntime.CudaDeviceCount;
        Assert.Equal($"The device 'cuda:{count}' is not there: libtorch sees {count} CUDA devices.",
            Assert.Throws<UserException>(() => Devices.Parse($"cuda:{count}")).Message);
    }
}
