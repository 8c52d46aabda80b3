using Anyformer.FeedForward.Experts;
using Anyformer.Testing;
using Anyformer.Torch;
using FsCheck.Fluent;

namespace Anyformer.Tests.FeedForward.Experts;

public sealed class ExpertQueuesTests
{
    [Fact]
    public void PlacesCountThoseWhoCameBefore() => Property.Holds(
        from groups in Gen.Choose(1, 3)
        from tokens in Gen.Choose(1, 12)
        from experts in Gen.Choose(1, 4)
        from seed in Gen.Choose(0, 1 << 20)
        select (groups, tokens, experts, seed),
        drawn =>
        {
            using var scope = new TensorScope();
            var (groups, tokens, experts, seed) = drawn;
            var random = new Random(seed);
            var chosen = Enumerable.Range(0, groups * tokens).Select(_ => random.NextInt64(experts)).ToArray();
            var waiting = Enumerable.Range(0, groups * tokens).Select(_ => random.Next(4) > 0).ToArray();
            var order = Enumerable.Range(0, groups).SelectMany(_ => Shuffled(tokens, random)).ToArray();
            var plain = ExpertQueues.Line(Tensor.From(chosen, groups, tokens), experts, Tensor.From(waiting, groups, tokens));
            var ordered = ExpertQueues.Line(
                Tensor.From(chosen, groups, tokens), experts, Tensor.From(waiting, groups, tokens), Tensor.From(order, groups, tokens));
            var inTime = Enumerable.Range(0, groups).SelectMany(_ => Enumerable.Range(0, tokens)).Select(token => (long)token).ToArray();
            AssertPlaces(Places(inTime), plain.Places);
            AssertPlaces(Places(order), ordered.Places);
            var lengths = Lengths();
            Assert.Equal(lengths, plain.Lengths.ToArray<long>());
            Assert.Equal(lengths, ordered.Lengths.ToArray<long>());

            long[] Places(long[] turns)
            {
                var (places, seen) = (new long[chosen.Length], new long[groups * experts]);
                for (var i = 0; i < turns.Length; i++)
                {
                    var (group, token) = (i / tokens, i / tokens * tokens + turns[i]);
                    if (waiting[token])
                        places[token] = seen[group * experts + chosen[token]]++;
                }

                return places;
            }

            long[] Lengths()
            {
                var counts = new long[groups * experts];
                for (var i = 0; i < chosen.Length; i++)
                    if (waiting[i])
                        counts[i / tokens * experts + chosen[i]]++;
                return counts;
            }

            void AssertPlaces(long[] expected, Tensor places) => Assert.All(
                places.ToArray<long>().Zip(expected, waiting), item => Assert.True(!item.Third || item.First == item.Second));
        });

    private static IEnumerable<long> Shuffled(int count, Random random)
    {
        var numbers = Enumerable.Range(0, count).Select(number => (long)number).ToArray();
        random.Shuffle(numbers);
        return numbers;
    }
}
