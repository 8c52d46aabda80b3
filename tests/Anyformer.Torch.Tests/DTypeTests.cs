namespace Anyformer.Torch.Tests;

public sealed class DTypeTests
{
    [Fact]
    public void FactsAgreeWithLibtorch()
    {
        foreach (var dtype in Enum.GetValues<DType>())
        {
            var one = Functional.Zeros([1], dtype);

            Assert.Equal(dtype, one.DType);
            Assert.Equal(one.View(DType.UInt8).ElementCount, dtype.ElementSize());
            Assert.Equal((bool)Dispatcher.Call("aten::is_floating_point", one)[0]!, dtype.IsFloatingPoint());
        }
    }

    [Fact]
    public void AnUnknownTypeHasNoSize() => Assert.Throws<ArgumentOutOfRangeException>(() => ((DType)99).ElementSize());
}
