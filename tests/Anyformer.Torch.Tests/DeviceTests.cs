namespace Anyformer.Torch.Tests;

public sealed class DeviceTests
{
    [Theory]
    [InlineData("cpu", DeviceType.Cpu, -1)]
    [InlineData("cuda", DeviceType.Cuda, 0)]
    [InlineData("cuda:3", DeviceType.Cuda, 3)]
    public void NamesAreRead(string text, DeviceType type, int index) => Assert.Equal(new Device(type, index), Device.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("CPU")]
    public void OtherNamesAreRefused(string text) =>
        Assert.Equal(
            $"Device '{text}' is unknown; expected cpu, cuda or cuda:<number>.",
            Assert.Throws<FormatException>(() => Device.Parse(text)).Message);

    [Fact]
    public void NamesAreWritten()
    {
        Assert.Equal("cpu", Device.Cpu.ToString());
        Assert.Equal("cuda:1", Device.Cuda(1).ToString());
    }

    [SkippableFact]
    public void AnAbsentDeviceIsAnError()
    {
        Skip.If(TorchRuntime.CudaDeviceCount > 0, "there is a CUDA device");
        Assert.Throws<TorchException>(() => Functional.Zeros([1]).To(Device.Cuda()));
    }
}
