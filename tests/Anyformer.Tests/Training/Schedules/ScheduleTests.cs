using Anyformer.Testing;
using Anyformer.Training.Schedules;
using FsCheck.Fluent;

namespace Anyformer.Tests.Training.Schedules;

/// <summary>The numbers are those of PyTorch's own schedulers (torch.optim.lr_scheduler) with a learning rate of 1.</summary>
public class ScheduleTests
{
    private const int StepsPerEpoch = 4;

    [Fact]
    public void CosineIsSequentialLinearAndCosineAnnealing() => EqualSteps(
        new CosineSchedule { WarmupSteps = 5, WarmupStart = 0.1, Floor = 0.01 },
        [0.1, 0.28, 0.46, 0.64, 0.82, 1.0, 0.9891830623632338, 0.9572050015330874, 0.905463412215599, 0.8362196501476349,
            0.7525, 0.6579634122155991, 0.5567415893174886, 0.45325841068251177, 0.3520365877844012, 0.2575, 0.17378034985236537,
            0.10453658778440107, 0.052794998466912525, 0.02081693763676619]);

    [Fact]
    public void LinearIsSequentialLinear() => EqualSteps(
        new LinearSchedule { WarmupSteps = 5, WarmupStart = 0.1, Floor = 0.25 },
        [0.1, 0.28, 0.46, 0.64, 0.82, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3]);

    [Fact]
    public void OneCycleIsPyTorchs()
    {
        double[] rates = [0.04, 0.1316718427000253, 0.3716718427000253, 0.6683281572999747, 0.9083281572999747, 1.0, 0.9874640062350873,
            0.9504846320134737, 0.89091617757105, 0.8117456539497631, 0.7169430017913008, 0.6112620219362893, 0.500002, 0.38874197806371075,
            0.28306099820869923, 0.18825834605023697, 0.10908782242895004, 0.049519367986526286, 0.012539993764912554, 4e-06];
        double[] momenta = [0.95, 0.9404508497187474, 0.9154508497187474, 0.8845491502812526, 0.8595491502812526, 0.85, 0.8512536043909088,
            0.854951556604879, 0.8609084258765984, 0.8688255099070633, 0.878305813044122, 0.8888739533021842, 0.9, 0.9111260466978157,
            0.9216941869558779, 0.9311744900929366, 0.9390915741234015, 0.945048443395121, 0.9487463956090911, 0.95];
        var schedule = new OneCycleSchedule();
        EqualSteps(schedule, rates);
        Assert.All(momenta, (momentum, step) => Assert.Equal(momentum, schedule.Momentum(At(step, momenta.Length))!.Value, 1e-14));
        Assert.Null((schedule with { CycleMomentum = false }).Momentum(At(0, 20)));
    }

    [Fact]
    public void OneCycleTakesPyTorchsArguments() => EqualSteps(
        new OneCycleSchedule { PctStart = 0.4, DivFactor = 10, FinalDivFactor = 100 },
        [0.1, 0.325, 0.775, 1.0, 0.9330796891903272, 0.75025, 0.5005, 0.25075, 0.06792031080967287, 0.001]);

    [Fact]
    public void LinearOneCycleIsPyTorchs() => EqualSteps(
        new OneCycleSchedule { Anneal = Annealing.Linear },
        [0.04, 0.232, 0.424, 0.616, 0.808, 1.0, 0.9285717142857143, 0.8571434285714286, 0.7857151428571428, 0.7142868571428571,
            0.6428585714285715, 0.5714302857142857, 0.500002, 0.42857371428571434, 0.3571454285714285, 0.2857171428571429,
            0.21428885714285717, 0.14286057142857145, 0.07143228571428573, 4.000000000004e-06]);

    [Fact]
    public void EpochSchedulesArePyTorchs()
    {
        EqualEpochs(new ConstantSchedule(), [1, 1, 1]);
        EqualEpochs(new StepSchedule { Every = 3 }, [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01]);
        EqualEpochs(new MultiStepSchedule { Milestones = [2, 4, 4, 7], Gamma = 0.5 }, [1, 1, 0.5, 0.5, 0.125, 0.125, 0.125, 0.0625, 0.0625]);
        EqualEpochs(new ExponentialSchedule { Gamma = 0.9 }, [1, 0.9, 0.81, 0.729, 0.6561]);
    }

    [Fact]
    public void ForecastingSchedulesAreThoseOfThePapersCode()
    {
        EqualEpochs(new HalvingSchedule(), [1, 1, 0.5, 0.25, 0.125]);
        EqualEpochs(new DelayedDecaySchedule { FirstEpoch = 0.04 }, [0.04, 1, 1, 1, 0.9, 0.81]);
        EqualEpochs(new DelayedDecaySchedule(), [1, 1, 1, 1, 0.9]);
    }

    [Fact]
    public void NoamPeaksAtTheEndOfItsWarmUp()
    {
        var schedule = new NoamSchedule { Width = 512, WarmupSteps = 4000 };
        Assert.Equal(1.746928107421711e-7, schedule.Factor(At(0, 100_000)), 1e-20);
        Assert.Equal(6.987712429686843e-4, schedule.Factor(At(3999, 100_000)), 1e-17);
        Assert.Equal(1.3975424859373687e-4, schedule.Factor(At(99_999, 100_000)), 1e-17);
    }

    [Fact]
    public void FactorsStayBetweenZeroAndOne()
    {
        var schedules = Gen.Elements<LearningRateSchedule>(
            new CosineSchedule(), new CosineSchedule { WarmupSteps = 7, Floor = 0.1 }, new LinearSchedule { WarmupSteps = 50 },
            new OneCycleSchedule(), new OneCycleSchedule { PctStart = 0 }, new OneCycleSchedule { PctStart = 1 }, new NoamSchedule(),
            new HalvingSchedule(), new DelayedDecaySchedule(), new StepSchedule { Every = 2 });
        Property.Holds(schedules.Zip(Gen.Choose(0, 60)).Zip(Gen.Choose(1, 40)), drawn =>
        {
            var ((schedule, step), total) = drawn;
            Assert.InRange(schedule.Factor(At(step, total)), 0, 1);
            Assert.InRange(schedule.Momentum(At(step, total)) ?? 0, 0, 0.95 + 1e-12);
        }, runs: 500);
    }

    private static TrainingProgress At(long step, long total) => new(step, (int)(step / StepsPerEpoch), StepsPerEpoch, total);

    private static void EqualSteps(LearningRateSchedule schedule, double[] expected) =>
        Assert.All(expected, (factor, step) => Assert.Equal(factor, schedule.Factor(At(step, expected.Length)), 1e-14));

    private static void EqualEpochs(LearningRateSchedule schedule, double[] expected) =>
        Assert.All(expected, (factor, epoch) =>
        {
            for (var step = epoch * StepsPerEpoch; step < (epoch + 1) * StepsPerEpoch; step++)
                Assert.Equal(factor, schedule.Factor(At(step, expected.Length * StepsPerEpoch)), 1e-14);
        });
}
