using Anyformer.Data.Sources;

namespace Anyformer.Cli.Tests.Commands;

public sealed class DataCommandTests : IDisposable
{
    private const string Id = "us-flights-hourly";
    private const string File = "us-flights-hourly.csv";

    private readonly Workspace _workspace = new();

    [Fact]
    public void TheListNamesEveryDataSetAndItsPlace()
    {
        _workspace.Write($"own/{File}", "date,a\n");
        var output = _workspace.Run("data", "list", "--data-dir", "own").Succeeded().Output;
        foreach (var source in KnownDataSources.All)
            Assert.Contains($"\n  {source.Id} ", output, StringComparison.Ordinal);
        Assert.Matches($@"\n  {Id} .* public domain \(US government work\) +own/{File} ", output);
    }

    [Fact]
    public void WhatShipsIsAsPublished() =>
        Assert.Matches($@"^{Id}: /\S+/{File} is as published\n$", _workspace.Run("data", "check", Id).Succeeded().Output);

    [Fact]
    public void WhatIsThereNeedsNoDownload() => Assert.Matches($@"^{Id}: /\S+/{File}\n$", _workspace.Run("data", "get", Id).Succeeded().Output);

    [Fact]
    public void AFileThatIsSomethingElseIsFound()
    {
        _workspace.Write($"own/{File}", "date,a\n");
        var check = _workspace.Run("data", "check", Id, "--data-dir", "own");
        Assert.Equal(2, check.ExitCode);
        Assert.Matches($@"^{Id}: own/{File} is something else: its SHA-256 is [0-9a-f]{{64}}, expected [0-9a-f]{{64}}\n$", check.Output);
        Assert.Matches(
            $@"^own/{File}: this is not the data set '{Id}' \(.*\); move it away to download the right one\.$",
            _workspace.Run("data", "get", Id, "--data-dir", "own").Mistake());
    }

    [Fact]
    public void AMissingDataSetFailsWhenItIsAskedForByName()
    {
        // A copy of the program has no data sets above it.
        _workspace.CopyProgram();
        using var one = CliProcess.Start(_workspace.Folder, ["data", "check", "etth1"], _workspace["program"]);
        using var all = CliProcess.Start(_workspace.Folder, ["data", "check"], _workspace["program"]);
        Assert.Equal((2, "etth1: not here\n"), (one.Wait().ExitCode, one.Wait().Output));
        Assert.Contains("etth1: not here\n", all.Wait().Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownDataSetIsAMistake() => Assert.StartsWith(
        "The data set 'nothing' is unknown, expected one of etth1, ", _workspace.Run("data", "get", "nothing").Mistake(), StringComparison.Ordinal);

    [Fact]
    public void TheEnvironmentNamesFoldersToo()
    {
        _workspace.Write($"elsewhere/{Id}/{File}", "date,a\n");
        var environment = new Dictionary<string, string> { ["ANYFORMER_DATA"] = _workspace["elsewhere"] };
        using var process = CliProcess.Start(_workspace.Folder, ["data", "check", Id], environment: environment);
        var result = process.Wait();
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"{Id}: {_workspace[$"elsewhere/{Id}/{File}"]} is something else", result.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();
}
