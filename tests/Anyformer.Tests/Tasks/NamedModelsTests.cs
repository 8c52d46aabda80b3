using Anyformer.Models.Vision;
using Anyformer.Tasks;

namespace Anyformer.Tests.Tasks;

public sealed class NamedModelsTests
{
    [Theory]
    [InlineData("vit", "vit", null)]
    [InlineData("vit-ti", "vit", "tiny")]
    [InlineData("vit-small-images", "vit", "small-images")]
    [InlineData("efficientvit-m0", "efficientvit", "m0")]
    public void AModelIsNamedWithItsSize(string name, string id, string? preset)
    {
        var section = NamedModels.Get<ImageClassifier>(name);
        Assert.Equal((id, preset), (section.Id, section.Preset));
    }

    [Fact]
    public void WhatIsNoModelOrSizeIsNamed()
    {
        Assert.StartsWith("The model vit has no size 'enormous'; expected one of tiny, small, ", Assert.Throws<UserException>(() => NamedModels.Get<ImageClassifier>("vit-enormous")).Message, StringComparison.Ordinal);
        Assert.StartsWith("The catalog knows no ImageClassifier 'nothing'; expected one of ", Assert.Throws<UserException>(() => NamedModels.Get<ImageClassifier>("nothing")).Message, StringComparison.Ordinal);
    }
}
