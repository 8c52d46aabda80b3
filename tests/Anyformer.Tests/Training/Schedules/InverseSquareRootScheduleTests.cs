using Anyformer.Training.Schedules;

namespace Anyformer.Tests.Training.Schedules;

public sealed class InverseSquareRootScheduleTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(50, 0.05)]
    [InlineData(100, 0.1)]
    [InlineData(400, 0.05)]
    [InlineData(10_000, 0.01)]
    public void RisesLinearlyAndFallsWithTheRoot(long step, double factor) =>
        Assert.Equal(factor, new InverseSquareRootSchedule { WarmupSteps = 100 }.Factor(new TrainingProgress(step, 0, 10, 20_000)), 1e-12);
}
