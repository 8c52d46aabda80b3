using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Training;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Language;

public sealed class TextObjectiveTests
{
    private static readonly Tokenizer s_tokenizer =
        TokenizerTrainer.TrainBytePairs(["to be or not to be"], new TokenizerTrainingOptions { Vocabulary = 300, SpecialTokens = ["<mask>"] });

    [Fact]
    public void TheNextTokenStandsOnePlaceFurther()
    {
        using var scope = new TensorScope();
        using var draws = new Generator(1);
        var (inputs, labels) = new NextToken().Of(Tensor.From<long>([1, 2, 3, 4]).View([1, 4]), draws);
        Assert.Equal([1, 2, 3], inputs.Contiguous().ToArray<long>());
        Assert.Equal([2, 3, 4], labels.Contiguous().ToArray<long>());
    }

    [Fact]
    public void SomeTokensAreHiddenSomeAreOthersAndSomeStay()
    {
        using var scope = new TensorScope();
        using var draws = new Generator(2);
        var windows = Functional.RandInt(50, 90, [200, 101], DType.Int64);
        var (inputs, labels) = new HiddenTokens(new TokenMaskingSection { Share = 0.2, Hidden = 0.5, Replaced = 0.3 }, s_tokenizer).Of(windows, draws);
        var tokens = windows.Narrow(1, 0, 100);
        var chosen = labels.Ne(TextObjective.Ignored);
        Assert.True(labels.Eq(tokens).LogicalOr(chosen.LogicalNot()).All().Item<bool>());
        Assert.True(inputs.Eq(tokens).LogicalOr(chosen).All().Item<bool>());
        double Share(Tensor places) => places.To(DType.Float64).Sum().Item<double>() / chosen.Sum().Item<long>();
        Assert.InRange(chosen.To(DType.Float64).Mean().Item<double>(), 0.19, 0.21);
        Assert.InRange(Share(inputs.Eq(s_tokenizer.Special.Mask!.Value).LogicalAnd(chosen)), 0.47, 0.53);
        // A token that is drawn is the same in one case of the vocabulary.
        Assert.InRange(Share(inputs.Eq(tokens).LogicalAnd(chosen)), 0.17, 0.23);
    }

    [Fact]
    public void AVocabularyWithoutAHidingTokenIsRefused() => Assert.Equal(
        "A masked language model needs a tokenizer with a token that hides others; choose bpe or wordpiece, or one that has it.",
        Assert.Throws<UserException>(() => new HiddenTokens(new TokenMaskingSection(), Tokenizer.OfBytes())).Message);
}
