using System.Globalization;

namespace Anyformer.Torch.Tests;

/// <summary>The memory of the process stays flat.</summary>
[Collection(GlobalState.Name)]
public sealed class MemoryTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void ScopedOperationsLeaveNothing()
    {
        var x = Functional.Ones([16, 16]);

        // A leaked result would take 1 kB of elements and some of bookkeeping: 100 MB in all.
        AssertFlat(most: 16 * Megabyte, calls: 100_000, () =>
        {
            using var scope = new TensorScope();
            scope.Keep(x + x).Dispose();
            _ = x[0];
        });
    }

    [Fact]
    public void DifferentiableFunctionsLeaveNothing()
    {
        var x = Functional.Ones([16, 16], DType.Float64);
        x.RequiresGrad = true;

        AssertFlat(most: 16 * Megabyte, calls: 10_000, () =>
        {
            using var scope = new TensorScope();
            new Functions.SavedOutputExp().Apply(x)[0].Sum().Backward();
            // And one whose backward pass never runs.
            new Functions.SavedOutputExp().Apply(x);
            x.Grad = null;
        });
    }

    [Fact]
    public void FailedCallsLeaveNothing()
    {
        var x = Functional.Ones([512, 512]);
        var y = Functional.Ones([1000]);

        // Few calls, as libtorch takes milliseconds to raise an error, but each would leave a megabyte.
        AssertFlat(most: 16 * Megabyte, calls: 100, () =>
        {
            using var scope = new TensorScope();
            Assert.Throws<TorchException>(() => (x + 1).Add(y));
        });
    }

    [Fact]
    public void OperatorsCalledByNameLeaveNothing()
    {
        var x = Functional.Ones([16, 16]);

        AssertFlat(most: 16 * Megabyte, calls: 25_000, () =>
        {
            using var scope = new TensorScope();
            Dispatcher.Call("aten::split.Tensor", x, 8);
        });
    }

    [Fact]
    public void TensorsWithoutAScopeAreCollectedUnderMemoryPressure()
    {
        // 1 GB in all; the objects that hold them are so small that the collector would not stir on their account.
        var grown = 0L;
        var before = Resident();
        for (var i = 0; i < 256; i++)
        {
            _ = Functional.Ones([1 << 20]);
            grown = Math.Max(grown, Resident() - before);
        }

        Assert.InRange(grown, 0, 400 * Megabyte);
    }

    [Fact]
    public void KeptTensorsAreCollectedUnderMemoryPressure()
    {
        var grown = 0L;
        var before = Resident();
        for (var i = 0; i < 256; i++)
        {
            using (var scope = new TensorScope())
                _ = i % 2 == 0 ? scope.Keep(Functional.Ones([1 << 20])) : Functional.Ones([1 << 20]).OutliveScopes();
            grown = Math.Max(grown, Resident() - before);
        }

        Assert.InRange(grown, 0, 400 * Megabyte);
    }

    private static void AssertFlat(long most, int calls, Action call)
    {
        for (var i = 0; i < calls / 10; i++)
            call();
        GC.Collect();
        var before = Resident();
        for (var i = 0; i < calls; i++)
            call();
        GC.Collect();
        Assert.InRange(Resident() - before, long.MinValue, most);
    }

    /// <summary>The memory of this process that is in RAM, in bytes.</summary>
    private static long Resident()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
