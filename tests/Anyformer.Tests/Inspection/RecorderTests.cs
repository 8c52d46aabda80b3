using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Tests.Inspection;

public sealed class RecorderTests
{
    private readonly Linear _module = new(1, 1);

    [Fact]
    public void NobodyListensUnlessAsked()
    {
        Assert.False(Recorder.IsListening);
        using (new Recorder())
            Assert.True(Recorder.IsListening);
        Assert.False(Recorder.IsListening);
        Recorder.Record(_module, "lost", Functional.Ones([1]));
    }

    [Fact]
    public void RecordsOutliveTheScopeTheyWereMadeIn()
    {
        using var recorder = new Recorder();
        using (new TensorScope())
        {
            Recorder.Record(_module, "a", Functional.Full([2], 1));
            Recorder.Record(_module, "b", Functional.Full([2], 2));
            Recorder.Record(_module, "a", Functional.Full([2], 3));
        }

        Assert.Equal(["a", "b", "a"], recorder.Records.Select(record => record.Name));
        Assert.All(recorder.Records, record => Assert.Same(_module, record.Module));
        Assert.Equal([1, 1, 3, 3], recorder.Named("a").SelectMany(Tensors.Numbers));
    }

    [Fact]
    public void TheInnerOfTwoListensAndThenTheOuterAgain()
    {
        using var outer = new Recorder();
        using (var inner = new Recorder())
        {
            Recorder.Record(_module, "inner", Functional.Ones([1]));
            Assert.Single(inner.Records);
        }

        Recorder.Record(_module, "outer", Functional.Ones([1]));
        Assert.Equal("outer", Assert.Single(outer.Records).Name);
    }

    [Fact]
    public void ARecordIsPartOfItsGraph()
    {
        using var recorder = new Recorder();
        var output = _module.Call(Functional.Ones([1, 1]));
        Recorder.Record(_module, "output", output);
        recorder.Named("output").Single().Sum().Backward();
        Assert.Equal([1.0], _module.Bias!.Grad!.Numbers());
    }

    [Fact]
    public void OtherThreadsAreNotHeard()
    {
        using var recorder = new Recorder();
        var thread = new Thread(() => Recorder.Record(_module, "elsewhere", Functional.Ones([1])));
        thread.Start();
        thread.Join();
        Assert.Empty(recorder.Records);
    }

    [Fact]
    public void DisposingFreesTheRecords()
    {
        var recorder = new Recorder();
        Recorder.Record(_module, "a", Functional.Ones([1]));
        var value = recorder.Named("a").Single();
        recorder.Dispose();
        Assert.Empty(recorder.Records);
        Assert.Throws<ObjectDisposedException>(() => value.Shape);
    }
}
