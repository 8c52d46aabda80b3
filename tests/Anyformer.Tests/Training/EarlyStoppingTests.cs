using Anyformer.Training;

namespace Anyformer.Tests.Training;

public class EarlyStoppingTests
{
    [Fact]
    public void StopsAfterPatienceWorseValuesInARow()
    {
        var stopping = new EarlyStopping(3);
        Assert.Equal([true, false, false, true, false, false, false], Observe(stopping, 5, 6, 7, 4, 5, 4.5, 4.1));
        Assert.True(stopping.ShouldStop);
        Assert.Equal(new EarlyStoppingState(4, 3), stopping.State);
    }

    [Fact]
    public void ATieIsAnImprovement()
    {
        var stopping = new EarlyStopping(1);
        Assert.Equal([true, true, true], Observe(stopping, 1, 1, 1));
        Assert.False(stopping.ShouldStop);
    }

    [Fact]
    public void RisingValuesCanBeBetter()
    {
        var stopping = new EarlyStopping(2, Improvement.Rising);
        Assert.Equal([true, true, false, false], Observe(stopping, 0.5, 0.6, 0.55, 0.1));
        Assert.True(stopping.ShouldStop);
    }

    [Fact]
    public void WhatIsNoNumberNeverImproves()
    {
        var stopping = new EarlyStopping(3);
        Assert.Equal([false, true, false, false], Observe(stopping, double.NaN, 2, double.NaN, double.PositiveInfinity));
        Assert.Equal(new EarlyStoppingState(2, 2), stopping.State);
    }

    [Fact]
    public void ARestoredStateGoesOn()
    {
        var first = new EarlyStopping(3);
        Observe(first, 5, 6, 7);
        var resumed = new EarlyStopping(3) { State = first.State };
        Assert.False(resumed.ShouldStop);
        Assert.False(resumed.Observe(6));
        Assert.True(resumed.ShouldStop);
    }

    [Fact]
    public void PatienceIsAtLeastOne() => Assert.Throws<ArgumentOutOfRangeException>(() => new EarlyStopping(0));

    private static List<bool> Observe(EarlyStopping stopping, params double[] values) => [.. values.Select(stopping.Observe)];
}
