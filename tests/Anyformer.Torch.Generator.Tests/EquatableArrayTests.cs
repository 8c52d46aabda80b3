using Anyformer.Testing;
using FsCheck.Fluent;

namespace Anyformer.Torch.Generator.Tests;

public sealed class EquatableArrayTests
{
    [Fact]
    public void EqualsByItsElements() => Property.Holds(
        Gen.Choose(0, 2).ListOf().Two(),
        pair =>
        {
            var (left, right) = (new EquatableArray<int>(pair.Item1), new EquatableArray<int>(pair.Item2));
            Assert.Equal(pair.Item1.SequenceEqual(pair.Item2), left.Equals(right));
            Assert.Equal(left.GetHashCode(), new EquatableArray<int>(pair.Item1).GetHashCode());
        });

    [Fact]
    public void TheDefaultIsEmpty()
    {
        Assert.Empty(default(EquatableArray<int>));
        Assert.Equal(default, new EquatableArray<int>([]));
    }
}
