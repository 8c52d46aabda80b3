namespace Anyformer.Torch.Tests;

[Collection(GlobalState.Name)]
public sealed class GeneratorTests
{
    [Fact]
    public void ASeedDeterminesTheSequence()
    {
        using var first = new Generator(42);
        using var second = new Generator(42);
        using var other = new Generator(43);

        var numbers = Draw(first);

        Assert.Equal(numbers, Draw(second));
        Assert.NotEqual(numbers, Draw(first));
        Assert.NotEqual(numbers, Draw(other));
        first.Seed(42);
        Assert.Equal(numbers, Draw(first));
    }

    [Fact]
    public void EverySeedIsTaken()
    {
        foreach (var seed in new[] { 0, -1, long.MinValue, long.MaxValue })
        {
            using var first = new Generator(seed);
            using var second = new Generator(seed);
            Assert.Equal(Draw(first), Draw(second));
        }
    }

    [Fact]
    public void ASavedStateRepeatsTheNumbersBitForBit()
    {
        using var generator = new Generator(1);
        // An odd number of normal numbers leaves one waiting in the state.
        Functional.Normal(0, 1, [3], generator, DType.Float64);
        var state = generator.GetState();

        var numbers = Draw(generator);
        generator.SetState(state);
        Assert.Equal(numbers, Draw(generator));

        using var other = new Generator(2);
        other.SetState(state);
        Assert.Equal(numbers, Draw(other));
    }

    [Fact]
    public void ABrokenStateIsRefused()
    {
        using var generator = new Generator(1);
        var numbers = Draw(generator);

        var error = Assert.Throws<TorchException>(() => generator.SetState(new byte[16]));
        Assert.Contains("Expected either a CPUGeneratorImplState", error.Message);
        generator.Seed(1);
        Assert.Equal(numbers, Draw(generator));
    }

    [Fact]
    public void TheDefaultGeneratorIsTheOneThatOperatorsUse()
    {
        using var shared = Generator.Default();
        shared.Seed(11);
        var state = shared.GetState();
        var numbers = Functional.Rand([8]).ToArray<float>();

        shared.SetState(state);
        Assert.Equal(numbers, Functional.Rand([8]).ToArray<float>());
        shared.Seed(11);
        Assert.Equal(numbers, Functional.Rand([8], Generator.Default()).ToArray<float>());
        TorchRuntime.ManualSeed(11);
        Assert.Equal(numbers, Functional.Rand([8]).ToArray<float>());
        Assert.NotEqual(numbers, Functional.Rand([8]).ToArray<float>());
    }

    [Fact]
    public void ADisposedGeneratorIsNamedAsSuch()
    {
        var generator = new Generator(1);
        generator.Dispose();
        generator.Dispose();

        Assert.Throws<ObjectDisposedException>(() => generator.Seed(1));
        Assert.Throws<ObjectDisposedException>(() => Functional.Rand([1], generator));
    }

    /// <summary>Numbers of several distributions, whose bits are compared.</summary>
    private static long[] Draw(Generator generator)
    {
        using var scope = new TensorScope();
        Tensor[] draws =
        [
            Functional.Randn([33], generator, DType.Float64).View(DType.Int64),
            Functional.Rand([5], generator, DType.Float64).View(DType.Int64),
            Functional.RandPerm(10, generator),
            Functional.RandInt(1000, [3], generator),
            Functional.Zeros([7], DType.Float64).NormalInPlace(generator: generator).View(DType.Int64),
        ];
        return Functional.Cat(draws).ToArray<long>();
    }
}
