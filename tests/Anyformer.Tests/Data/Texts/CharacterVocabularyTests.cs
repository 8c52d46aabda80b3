using Anyformer.Data.Texts;

namespace Anyformer.Tests.Data.Texts;

public sealed class CharacterVocabularyTests
{
    [Fact]
    public void CharactersAreNumberedInTheirOrder()
    {
        var vocabulary = CharacterVocabulary.Of("banana 🍌");
        Assert.Equal(5, vocabulary.Count);
        Assert.Equal([2, 1, 3, 1, 3, 1, 0, 4], vocabulary.Encode("banana 🍌"));
        Assert.Equal("a 🍌n", vocabulary.Decode([1, 0, 4, 3]));
        Assert.Equal(" abn🍌", vocabulary.ToString());
    }

    [Fact]
    public void AnUnknownCharacterIsNamed() => Assert.Equal(
        "The text has the character 'x' (U+0078), which is none of the 2 that the model knows.",
        Assert.Throws<UserException>(() => CharacterVocabulary.Of("ab").Encode("axb")).Message);
}
