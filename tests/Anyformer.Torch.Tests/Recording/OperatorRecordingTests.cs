using Anyformer.Torch.Recording;

namespace Anyformer.Torch.Tests.Recording;

/// <summary>There is one recording at a time, so these tests follow one another.</summary>
public sealed class OperatorRecordingTests
{
    [Fact]
    public void AProductTellsItsOperationsAndItsBytes()
    {
        var (a, b) = (Functional.Ones([3, 5]), Functional.Ones([5, 7]));
        var product = Single(Record(() => a.Mm(b)), "aten::mm");
        Assert.Equal(2 * 3 * 5 * 7, product.Operations);
        Assert.Equal(4 * (15 + 35 + 21), product.Touched);
        Assert.Equal(4 * 21, product.Allocated);
        Assert.Equal(1, product.Allocations);
        Assert.True(product.End > product.Begin);
        Assert.False(product.IsBackward);
    }

    [Theory]
    [InlineData("aten::addmm", 2 * 4 * 3 * 5)]
    [InlineData("aten::bmm", 2 * 2 * 3 * 5 * 7)]
    [InlineData("aten::mv", 2 * 3 * 5)]
    [InlineData("aten::convolution", 2 * (2 * 6 * 5 * 5) * (4 * 3 * 3))]
    public void EveryKindOfProductIsCounted(string name, long operations)
    {
        Action work = name switch
        {
            "aten::addmm" => () => Functional.Linear(Functional.Ones([4, 5]), Functional.Ones([3, 5]), Functional.Ones([3])),
            "aten::bmm" => () => Functional.Ones([2, 3, 5]).Bmm(Functional.Ones([2, 5, 7])),
            "aten::mv" => () => Functional.Ones([3, 5]).Mv(Functional.Ones([5])),
            _ => () => Functional.Conv2d(Functional.Ones([2, 4, 7, 7]), Functional.Ones([6, 4, 3, 3])),
        };
        Assert.Equal(operations, Record(work).Where(found => found.Name == name).Sum(found => found.Operations));
    }

    [Fact]
    public void AViewMovesNothingAndWhatChangesInPlaceDoes()
    {
        var a = Functional.Ones([4, 6]);
        var events = Record(() =>
        {
            a.Transpose(0, 1);
            a.ExpInPlace();
        });
        Assert.Equal(0, Single(events, "aten::transpose").Touched);
        Assert.Equal(2 * 4 * 24, Single(events, "aten::exp_").Touched);
        Assert.Equal(0, Single(events, "aten::transpose").Allocated);
    }

    [Fact]
    public void NodesOfABackwardPassKnowTheOperationTheyDifferentiate()
    {
        var x = Functional.Ones([2, 3]);
        x.RequiresGrad = true;
        var (before, after) = (0L, 0L);
        var events = Record(() =>
        {
            var y = x.Exp();
            before = OperatorRecording.NextSequence;
            var z = y * y;
            after = OperatorRecording.NextSequence;
            z.Sum().Backward();
        });
        Assert.Equal(before + 1, after);
        var node = Assert.Single(events, found => found.IsBackward && found.Name.EndsWith("MulBackward0", StringComparison.Ordinal));
        Assert.Equal(before, node.Sequence);
        Assert.Contains(events, found => found.Name == "aten::mul" && found.Begin >= node.Begin && found.End <= node.End);
    }

    [Fact]
    public void OtherThreadsAreNotRecorded()
    {
        var a = Functional.Ones([2, 2]);
        var events = Record(() =>
        {
            var other = new Thread(() => a.Exp());
            other.Start();
            other.Join();
        });
        Assert.DoesNotContain(events, found => found.Name == "aten::exp");
    }

    [Fact]
    public void ThereIsOneRecordingAtATime()
    {
        Assert.Equal("No operators are being recorded.", Assert.Throws<InvalidOperationException>(() => OperatorRecording.Stop()).Message);
        Record(() => Assert.Equal("Operators are being recorded already.", Assert.Throws<InvalidOperationException>(OperatorRecording.Start).Message));
        Assert.Empty(Record(() => { }));
    }

    [Fact]
    public void TheClockIsThatOfTheEvents()
    {
        var begin = 0L;
        var found = Record(() =>
        {
            begin = OperatorRecording.Now;
            Functional.Ones([2]);
        });
        Assert.All(found, one => Assert.InRange(one.Begin, begin, OperatorRecording.Now));
    }

    private static OperatorEvent Single(OperatorEvent[] events, string name) => Assert.Single(events, found => found.Name == name);

    private static OperatorEvent[] Record(Action work)
    {
        OperatorRecording.Start();
        OperatorEvent[]? events = null;
        try
        {
            using var scope = new TensorScope();
            work();
        }
        finally
        {
            events = OperatorRecording.Stop();
        }

        return events;
    }
}
