using Anyformer.Data.Sequences;
using Anyformer.Data.Sources;
using Anyformer.Recipes.Options;
using Anyformer.Torch;

namespace Anyformer.Tests.Data.Sequences;

public sealed class SequenceTaskTests
{
    private static readonly DataStore s_store = new([], "nowhere");

    [Fact]
    public void ListOpsIsScaledToItsLength()
    {
        var data = new ListOpsTask { Tokens = 100, Train = 30, Validation = 10, Test = 5, Seed = 3 }.Load(s_store);
        Assert.Equal((30, 10, 5, 16, 10, 100), (data.Train.Count, data.Validation.Count, data.Test.Count, data.Vocabulary, data.Classes, data.Tokens));
        Assert.All(Enumerable.Range(0, 30), i => Assert.InRange(data.Train[i].Symbols.Length, 26, 99));
        Assert.Equal("ListOps trees of 26 to 99 symbols, seed 3", data.Source);
    }

    [Fact]
    public void TheTestDoesNotDependOnHowMuchIsLearntFrom()
    {
        static SequenceData Of(int train) => new ListOpsTask { Tokens = 60, Train = train, Validation = 4, Test = 4 }.Load(s_store);
        Assert.Equal(Of(5).Test[3].Symbols, Of(50).Test[3].Symbols);
    }

    [Fact]
    public void BatchesArePaddedToTheLengthAndMasked()
    {
        using var scope = new TensorScope();
        var data = new ListOpsTask { Tokens = 40, Train = 3, Validation = 1, Test = 1 }.Load(s_store);
        var batch = SequenceBatch.Of(data, data.Train, [2, 0], Device.Cpu);
        Assert.Equal([2L, 40], batch.Tokens.Shape);
        Assert.Equal([(long)data.Train[2].Label, data.Train[0].Label], batch.Labels.ToArray<long>());
        var (ids, real) = (batch.Tokens.ToArray<int>(), batch.Real!.ToArray<bool>());
        for (var i = 0; i < 40; i++)
        {
            var symbols = data.Train[2].Symbols;
            Assert.Equal((i < symbols.Length, i < symbols.Length ? symbols[i] + 1 : 0), (real[i], ids[i]));
        }
    }

    [Fact]
    public void PicturesHaveNoPadding()
    {
        using var scope = new TensorScope();
        var data = new PathfinderTask { Train = 2, Validation = 1, Test = 1 }.Load(s_store);
        var batch = SequenceBatch.Of(data, data.Train, [0, 1], Device.Cpu);
        Assert.Null(batch.Real);
        Assert.Equal(data.Train[0].Symbols.Concat(data.Train[1].Symbols).Select(value => (int)value), batch.Tokens.ToArray<int>());
        Assert.NotEqual(data.Train[0].Symbols, data.Test[0].Symbols);
    }

    [Fact]
    public void AnOddNumberOfPixelsIsRefused() => Assert.Equal(
        "Pathfinder pictures have 1024, 4096, 16384, 65536 pixels, found tokens 2000.",
        Assert.Throws<UserException>(() => new PathfinderTask { Tokens = 2000 }.Load(s_store)).Message);

    [Fact]
    public void EveryTaskBindsFromItsName()
    {
        foreach (var (name, task) in SequenceTask.All)
        {
            Assert.Equal(name, task.Name);
            Assert.Equal(task, OptionBinder.Bind<SequenceTask>(OptionBinder.Write<SequenceTask>(task)));
        }
    }
}
