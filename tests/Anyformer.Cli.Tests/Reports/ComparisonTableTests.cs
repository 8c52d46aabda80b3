using Anyformer.Cli.Reports;
using Anyformer.Comparison;
using Anyformer.Tests.Comparison;

namespace Anyformer.Cli.Tests.Reports;

public class ComparisonTableTests
{
    [Fact]
    public void ATerminalOfHundredColumns() => Assert.Equal(
        """

          #  Model                 Validation             Test  Parameters  Training  Latency     Peak
                                          MSE              MSE                  time       ms   memory
        ───────────────────────────────────────────────────────────────────────────────────────────────
          1  iTransformer ★   0.2311 ± 0.0008  0.3790 ± 0.0013       842 k    36.3 s     3.94  232 MiB
          2  PatchTST         0.2326 ± 0.0008  0.3815 ± 0.0013      3.75 M    57.7 s     6.24  343 MiB
          3  Nyströmformer ★  0.2351 ± 0.0008  0.3856 ± 0.0013      1.20 M    25.1 s     2.73  246 MiB
          4  DLinear ★        0.2409 ± 0.0008  0.3951 ± 0.0014      18.6 k    5.77 s    0.625  201 MiB
          5  Crossformer      0.2622 ± 0.0009  0.4300 ± 0.0015      11.4 M    2m 18s     14.9  634 MiB
          6  Informer         0.4131 ± 0.0014  0.6775 ± 0.0023      11.3 M    1m 30s     9.81  632 MiB

          –  Autoformer         failed: The loss was NaN at step 412.
          –  Pyraformer         failed: A look-back of 96 is no multiple of the window of 5.

        ★ on the Pareto front: no other model has both a lower error and a lower latency
        Take iTransformer: best validation MSE 0.2311 ± 0.0008; DLinear is 6.3 times as fast at 4.3 % more
        error. Its lead over PatchTST is within the spread over seeds. 2 of 8 models failed.
        """, Rendered(SampleComparison.Create(1, 2, 3), isTerminal: true, width: 100));

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void NoLineIsWiderThanTheTerminal(int width)
    {
        var lines = Rendered(SampleComparison.Create(1, 2, 3), isTerminal: true, width).Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.Contains(lines, line => line.Contains("0.2311 ± 0.0008", StringComparison.Ordinal));
    }

    [Fact]
    public void AFileGetsEveryColumnOnOneLineAndNoEscapeCodes()
    {
        var text = Rendered(SampleComparison.Create(1, 2, 3), isTerminal: false, width: 80);
        Assert.DoesNotContain('\u001b', text);
        var row = text.Split('\n').Single(line => line.Contains(" iTransformer ", StringComparison.Ordinal));
        Assert.Equal(14, row.Split("  ", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void AConsoleWithoutUnicodeGetsAscii()
    {
        var writer = new StringWriter();
        var console = Terminal.Create(writer, isTerminal: true, width: 100);
        console.Profile.Capabilities.Unicode = false;
        var result = SampleComparison.Create(1, 2, 3);
        ComparisonTable.Render(console, result with { Models = [.. result.Models.Where(model => model.Id != "nystromformer")] });
        Assert.All(writer.ToString(), character => Assert.InRange(character, '\n', '~'));
        Assert.Contains("0.2311 +- 0.0008", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ATerminalGetsTheBestInBold()
    {
        var writer = new StringWriter();
        ComparisonTable.Render(Terminal.Create(writer, isTerminal: true, width: 100, ansi: true), SampleComparison.Create(1, 2, 3));
        Assert.Contains("\u001b[1m0.2311 ± 0.0008\u001b[0m", writer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[1m0.2326", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreNotMarkup()
    {
        var result = SampleComparison.Create(1);
        var text = Rendered(result with { Models = [result.Models[0] with { Name = "[red]a[/]" }] }, isTerminal: true, width: 100);
        Assert.Contains("[red]a[/]", text, StringComparison.Ordinal);
    }

    private static string Rendered(ComparisonResult result, bool isTerminal, int width)
    {
        var writer = new StringWriter { NewLine = "\n" };
        ComparisonTable.Render(Terminal.Create(writer, isTerminal, width), result);
        return string.Join('\n', writer.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd()));
    }
}
