namespace Anyformer.Torch.Tests;

[Collection(GlobalState.Name)]
public sealed class TorchRuntimeTests
{
    [Fact]
    public void FactsAreThere()
    {
        Assert.True(Version.Parse(TorchRuntime.Version.Split('+')[0]) >= new Version(1, 13));
        Assert.Contains("PyTorch built with", TorchRuntime.BuildInformation);
        Assert.Contains("at::get_num_threads()", TorchRuntime.ParallelInformation);
        Assert.True(TorchRuntime.CudaDeviceCount >= 0);
    }

    [Fact]
    public void TheNumberOfThreadsIsSettable()
    {
        var before = TorchRuntime.Threads;
        try
        {
            TorchRuntime.Threads = 2;
            Assert.Equal(2, TorchRuntime.Threads);
            Assert.Contains("at::get_num_threads() : 2", TorchRuntime.ParallelInformation);
            Assert.Throws<ArgumentOutOfRangeException>(() => TorchRuntime.Threads = 0);
        }
        finally
        {
            TorchRuntime.Threads = before;
        }
    }

    [Fact]
    public void OneThreadCanBeLimitedWithoutTheOthers()
    {
        var before = TorchRuntime.Threads;
        try
        {
            TorchRuntime.Threads = 2;
            var (limited, free) = (0, 0);
            Run(() =>
            {
                TorchRuntime.UseOneThreadHere();
                limited = TorchRuntime.Threads;
            });
            Run(() => free = TorchRuntime.Threads);
            Assert.Equal((1, 2, 2), (limited, free, TorchRuntime.Threads));
        }
        finally
        {
            TorchRuntime.Threads = before;
        }
    }

    [Fact]
    public void TheImageLibraryIsThereWhenItIsNamed() => Assert.True(TorchRuntime.ImageLibrary is not { } path || File.Exists(path));

    [Fact]
    public void AMissingLibraryIsNamed()
    {
        Assert.Equal(
            "/no/such/library.so: cannot open shared object file: No such file or directory",
            Assert.Throws<TorchException>(() => TorchRuntime.LoadLibrary("/no/such/library.so")).Message);
    }

    [Fact]
    public void WhatIsNoLibraryIsNamed()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, new string('x', 4096));
            Assert.Equal($"{path}: invalid ELF header", Assert.Throws<TorchException>(() => TorchRuntime.LoadLibrary(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SkippableFact]
    public void TheOperatorsOfTorchVisionLoad()
    {
        var library = FindTorchVision();
        Skip.If(library is null, "torchvision is not installed");
        try
        {
            TorchRuntime.LoadLibrary(library);
        }
        catch (TorchException error)
        {
            Skip.If(true, $"torchvision does not load beside this libtorch: {error.Message}");
        }

        var boxes = Tensor.From(new[,] { { 0f, 0f, 10f, 10f }, { 20f, 20f, 30f, 30f }, { 1f, 1f, 11f, 11f }, { 0f, 0f, 4f, 4f } });
        var scores = Tensor.From([0.8f, 0.7f, 0.9f, 0.1f]);

        // The first overlaps the third, which scores higher, by 81 of 119; the last overlaps it by 9 of 107.
        Assert.Equal([2L, 1L, 3L], ((Tensor)Dispatcher.Call("torchvision::nms", boxes, scores, 0.5)[0]!).ToArray<long>());
        Assert.Equal([2L, 0L, 1L, 3L], ((Tensor)Dispatcher.Call("torchvision::nms", boxes, scores, 0.7)[0]!).ToArray<long>());
    }

    private static void Run(Action work)
    {
        var thread = new Thread(() => work());
        thread.Start();
        thread.Join();
    }

    private static string? FindTorchVision()
    {
        const string folder = "/usr/lib/python3/dist-packages/torchvision";
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "_C*.so").FirstOrDefault() : null;
    }
}
