using System.Collections.Concurrent;

namespace Anyformer.Torch.Tests;

public sealed class ThreadTests
{
    private const int ThreadCount = 8;

    [Fact]
    public void ThreadsShareTheWeightsOfAModel()
    {
        using var generator = new Generator(9);
        Tensor[] weights = [Functional.Randn([64, 16], generator), Functional.Randn([16, 64], generator)];
        var input = Functional.Randn([4, 16], generator);
        var expected = Infer(weights, input);
        var results = new ConcurrentBag<float[]>();

        RunTogether(_ =>
        {
            for (var i = 0; i < 100; i++)
                results.Add(Infer(weights, input));
        });

        Assert.Equal(ThreadCount * 100, results.Count);
        Assert.All(results, result => Assert.Equal(expected, result));
    }

    [Fact]
    public void ATensorMayBeFreedByAnotherThreadThanItsMaker()
    {
        var made = new BlockingCollection<Tensor>(boundedCapacity: 100);
        var wrong = 0;
        RunTogether(thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (thread % 2 == 0)
                {
                    made.Add(Functional.Full([3], 7));
                    continue;
                }

                using var tensor = made.Take();
                using var own = tensor * 2;
                if (!own.ToArray<long>().AsSpan().SequenceEqual([14, 14, 14]))
                    Interlocked.Increment(ref wrong);
            }
        });

        Assert.Equal(0, wrong);
    }

    [Fact]
    public void ATensorIsFreedOnceHoweverManyThreadsDisposeIt()
    {
        for (var i = 0; i < 200; i++)
        {
            var owner = new CountedOwner();
            var tensor = Tensor.FromMemory(owner.Address, DType.UInt8, [1], owner);
            var other = Functional.Ones([1]);

            Parallel.For(0, 4, _ => tensor.Dispose());

            Assert.Equal(1, owner.Releases);
            Assert.Equal(1f, other.Item<float>());
        }
    }

    [Fact]
    public void ThreadsDifferentiateAtOnce()
    {
        var weight = Tensor.From([2.0]);
        weight.RequiresGrad = true;
        var gradients = new ConcurrentBag<double>();

        RunTogether(thread =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var scope = new TensorScope();
                var output = new Functions.Product().Apply(weight, Tensor.From([(double)thread]))[0];
                gradients.Add(Autograd.Grad([output.Sum()], [weight])[0]!.Item<double>() - thread);
            }
        });

        Assert.Equal(ThreadCount * 50, gradients.Count);
        Assert.All(gradients, difference => Assert.Equal(0, difference));
    }

    private static float[] Infer(Tensor[] weights, Tensor input)
    {
        using var scope = new TensorScope();
        using var recording = Autograd.NoGrad();
        var hidden = Functional.Linear(input, weights[0]).Gelu();
        return Functional.Linear(hidden, weights[1]).Softmax(-1).ToArray<float>();
    }

    private static void RunTogether(Action<int> work)
    {
        using var start = new Barrier(ThreadCount);
        var errors = new ConcurrentBag<Exception>();
        var threads = Enumerable.Range(0, ThreadCount).Select(number => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                work(number);
            }
            catch (Exception error)
            {
                errors.Add(error);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Empty(errors);
    }

    private sealed class CountedOwner : IDisposable
    {
        private readonly byte[] _memory = GC.AllocateArray<byte>(1, pinned: true);
        private int _releases;

        public int Releases => _releases;

        public unsafe nint Address
        {
            get
            {
                fixed (byte* first = _memory)
                    return (nint)first;
            }
        }

        public void Dispose() => Interlocked.Increment(ref _releases);
    }
}
