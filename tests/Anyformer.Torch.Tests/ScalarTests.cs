using System.Globalization;

namespace Anyformer.Torch.Tests;

public sealed class ScalarTests
{
    [Fact]
    public void ANumberIsReadAsAnyKind()
    {
        Assert.Equal((2.5, 2L, true), Read(2.5));
        Assert.Equal((3.0, 3L, true), Read(3));
        Assert.Equal((1.0, 1L, true), Read(true));
        Assert.Equal((0.0, 0L, false), Read(0L));
        Assert.Equal((0.5, 0L, true), Read(0.5f));
    }

    [Fact]
    public void TheTextIsTheSameInEveryCulture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal(("-0.5", "-3", "True"), (((Scalar)(-0.5)).ToString(), ((Scalar)(-3)).ToString(), ((Scalar)true).ToString()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static (double, long, bool) Read(Scalar scalar) => (scalar.ToDouble(), scalar.ToInt64(), scalar.ToBoolean());
}
