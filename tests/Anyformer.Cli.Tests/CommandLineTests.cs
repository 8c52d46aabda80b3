namespace Anyformer.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void WithoutACommandItShowsItsHelp()
    {
        var result = _workspace.Run().Succeeded();
        Assert.Contains("  anyformer [command] [options]", result.Output, StringComparison.Ordinal);
        foreach (var command in (string[])["compare", "train", "predict", "verify", "catalog", "describe", "data", "doctor"])
            Assert.Contains($"\n  {command} ", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public void TheVersionIsANumber()
    {
        var version = typeof(CommandLine).Assembly.GetName().Version!.ToString(3);
        Assert.StartsWith(version, _workspace.Run("--version").Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tran", "'tran' is neither a command nor an option of 'anyformer'; did you mean 'train'? See 'anyformer --help'.")]
    [InlineData("catalog --jsn",
        "'--jsn' is neither a command nor an option of 'anyformer catalog'; did you mean '--json'? See 'anyformer catalog --help'.")]
    [InlineData("train a.yaml b.yaml", "'b.yaml' is neither a command nor an option of 'anyformer train'. See 'anyformer train --help'.")]
    [InlineData("compare", "'anyformer compare' needs a command: forecast, long-range, classify, text-classification, language, translate. See 'anyformer compare --help'.")]
    [InlineData("data", "'anyformer data' needs a command: list, get, check. See 'anyformer data --help'.")]
    [InlineData("train", "Required argument missing for command: 'train'. See 'anyformer train --help'.")]
    [InlineData("predict run --data a.csv", "The option '--output' is missing: a forecast needs --data and --output.")]
    [InlineData("verify cases --threads 0", "--threads must be a whole number of at least 1, found '0'. See 'anyformer verify --help'.")]
    [InlineData("compare forecast --lookback day",
        "--lookback must be a whole number of at least 1, found 'day'. See 'anyformer compare forecast --help'.")]
    [InlineData("compare forecast --fill mean", "--fill must be forward, linear, zero or mask, found 'mean'. See 'anyformer compare forecast --help'.")]
    [InlineData("data list --data-dir nowhere", "The folder 'nowhere' of --data-dir does not exist.")]
    public void AMistakeIsOneSentence(string commandLine, string sentence) =>
        Assert.Equal(sentence, _workspace.Run(commandLine.Split(' ')).Mistake());

    [Fact]
    public void VerboseShowsWhereAMistakeWasFound()
    {
        Assert.DoesNotContain("   at ", _workspace.Run("describe", "nothing").Mistake(), StringComparison.Ordinal);
        var result = _workspace.Run("describe", "nothing", "--verbose");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("The catalog knows no method 'nothing'", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains(result.ErrorLines, line => line.StartsWith("   at Anyformer.Catalog.MethodCatalog.Get", StringComparison.Ordinal));
    }

    public void Dispose() => _workspace.Dispose();
}
