using Anyformer.Modules;

namespace Anyformer.Tests.Modules;

public sealed class TaskHeadTests
{
    [Theory]
    [InlineData("head.weight", true)]
    [InlineData("trend.head.forecast.bias", true)]
    [InlineData("backbone.heads.weight", false)]
    [InlineData("head_norm.weight", false)]
    [InlineData("", false)]
    public void AHeadIsAMemberOnThePath(string name, bool expected) => Assert.Equal(expected, TaskHead.Owns(name));
}
