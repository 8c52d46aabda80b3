using System.Globalization;
using System.Text.Json;

namespace Anyformer.Torch.Tests.Printing;

public sealed class TensorPrinterTests
{
    /// <summary>What PyTorch 1.13 printed; <c>printed.py</c> wrote the file.</summary>
    private static readonly Dictionary<string, PrintedCase> Cases = ReadCases();

    public static TheoryData<string> Names => new(Cases.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void TensorsLookAsInPyTorch(string name)
    {
        using var scope = new TensorScope();
        var printed = Cases[name];

        Assert.Equal(printed.Text, printed.Build().ToString());
    }

    [Fact]
    public void TheTextIsTheSameInEveryCulture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal("tensor([-0.5000,  1.2500])", Tensor.From([-0.5f, 1.25f]).ToString());
            Assert.Equal("tensor([-5])", Tensor.From([-5L]).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void PrintingRecordsNothingAndKeepsNothing()
    {
        using var scope = new TensorScope();
        var leaf = Tensor.From([1f, 2f]);
        leaf.RequiresGrad = true;

        _ = (leaf * 2).ToString();

        Assert.True(Autograd.IsRecording);
        Assert.Null(leaf.Grad);
    }

    private static Dictionary<string, PrintedCase> ReadCases()
    {
        using var stream = typeof(TensorPrinterTests).Assembly.GetManifestResourceStream("printed.json")!;
        var cases = JsonSerializer.Deserialize<PrintedCase[]>(stream, JsonSerializerOptions.Web)!;
        return cases.ToDictionary(printed => printed.Name);
    }
}
