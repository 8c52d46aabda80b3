using System.Globalization;
using Anyformer.Inspection;
using Anyformer.Models.Forecasting;
using Anyformer.Torch;

namespace Anyformer.Benchmarks.Works;

/// <summary>Whether a long training grows the process: resident memory after 500 steps and at the end.</summary>
internal static class MemoryRun
{
    private const int Settled = 500;

    internal static int Run(int steps)
    {
        TorchRuntime.Threads = 2;
        var step = ForecastWorks.ITransformerStep(new ITransformerOptions { Width = 64, FeedForwardWidth = 64 });
        var early = 0L;
        for (var i = 1; i <= steps; i++)
        {
            step();
            if (i == Settled)
                early = ProcessMemory.Resident;
        }

        var late = ProcessMemory.Resident;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"resident after step {Settled}: {early / 1e6:0.0} MB, after step {steps}: {late / 1e6:0.0} MB, ratio {(double)late / early:0.000}"));
        return 0;
    }
}
