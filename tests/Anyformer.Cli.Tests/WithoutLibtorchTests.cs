namespace Anyformer.Cli.Tests;

/// <summary>The program without its native library: what needs no tensor works all the same, for it does not even try to load libtorch.</summary>
public sealed class WithoutLibtorchTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public WithoutLibtorchTests()
    {
        _workspace.CopyProgram();
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("train --help")]
    [InlineData("catalog")]
    [InlineData("catalog --json")]
    [InlineData("catalog --markdown")]
    [InlineData("describe itransformer")]
    [InlineData("describe universal-transformer")]
    [InlineData("data list")]
    [InlineData("data check")]
    public void WhatNeedsNoTensorWorks(string commandLine) => Assert.NotEmpty(Run(commandLine).Succeeded().Output);

    [Fact]
    public void MistakesAreFoundBeforeLibtorchIsLoaded()
    {
        _workspace.WriteRecipe("tiny", "epochs: 1");
        Assert.Contains("did you mean 'epochs'?", Run("train tiny.yaml --set training.epoch=1").Mistake(), StringComparison.Ordinal);
        Assert.Contains("'nowhere' does not exist", Run("verify nowhere").Mistake(), StringComparison.Ordinal);
        Assert.Contains("The budget must be", Run("compare forecast --budget soon").Mistake(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatNeedsTensorsSaysWhatIsMissing()
    {
        _workspace.WriteRecipe("tiny", "epochs: 1");
        var result = Run("train tiny.yaml");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"libtorch cannot be loaded, run ./setup.sh: libanyformer_torch.so is not in {_workspace["program"]}/. (--verbose shows where)",
            Assert.Single(result.ErrorLines));
    }

    [Fact]
    public void DoctorTellsABrokenLibraryFromAMissingOne()
    {
        const string missing = "missing: libtorch cannot be loaded, run ./setup.sh: ";
        Assert.Contains($"{missing}libanyformer_torch.so is not in ", Doctor(), StringComparison.Ordinal);
        _workspace.Write("program/libanyformer_torch.so", "broken");
        Assert.Contains(missing + _workspace["program/libanyformer_torch.so"], Doctor(), StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();

    private string Doctor()
    {
        var result = Run("doctor");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("missing: data set etth1: anyformer data get etth1", result.Output, StringComparison.Ordinal);
        return result.Output;
    }

    private CliResult Run(string commandLine)
    {
        using var process = CliProcess.Start(_workspace.Folder, commandLine.Split(' '), _workspace["program"]);
        return process.Wait();
    }
}
