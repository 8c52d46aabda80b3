using Anyformer.Data.Sources;

namespace Anyformer.Cli.Tests.Commands;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void TheDoctorTellsWhatItRunsOn()
    {
        var output = _workspace.Run("doctor").Succeeded().Output;
        string[] labels = ["processor", "vector instructions", "memory", "system", ".NET", "libtorch", "BLAS", "threads", "CUDA devices"];
        foreach (var label in labels)
            Assert.Matches($@"(^|\n){label.Replace(".", @"\.", StringComparison.Ordinal)} +\S", output);
        Assert.Matches(@"\nlibtorch +\d+\.\d+\.\d+", output);
        Assert.Matches(@"\nlibtorch library +/\S+/libtorch_cpu\S*\.so", output);
        Assert.Matches(@"\nimages \(JPEG, PNG\) +\S", output);
        Assert.Contains($"{_workspace["anyformer/datasets"]} (not there)", output, StringComparison.Ordinal);
        foreach (var source in KnownDataSources.All)
            Assert.Contains($"\ndata set {source.Id} ", output, StringComparison.Ordinal);
    }

    public void Dispose() => _workspace.Dispose();
}
