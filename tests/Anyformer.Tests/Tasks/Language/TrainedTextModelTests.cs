using Anyformer.Data.Texts.Tokenization.Training;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Decoding;
using Anyformer.Models.Language.Pretrained;
using Anyformer.Tasks.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Tasks.Language;

[Collection(DefaultGenerator.Name)]
public sealed class TrainedTextModelTests
{
    [Fact]
    public void AFolderOfTheHubIsOpenedWithItsTokenizer()
    {
        using var folder = new TemporaryFolder();
        using var scope = new TensorScope();
        var tokenizer = TokenizerTrainer.TrainBytePairs(["to be or not to be"], new TokenizerTrainingOptions { Vocabulary = 265 });
        tokenizer.Save(folder.Path);
        TorchRuntime.ManualSeed(1);
        var model = new Gpt2(new LanguageShape(tokenizer.Count, 32), Gpt2Options.Presets["small"]);
        PretrainedModel.Of(model).Save(folder.Path);
        var settings = new ContinuationSettings { Generation = new GenerationOptions { MaxTokens = 10, Temperature = 0 } };
        var expected = new TextContinuation(model, tokenizer, 32, Device.Cpu).Write(["to be"], settings);
        var opened = TrainedTextModel.Open(folder.Path, Device.Cpu);
        Assert.Equal(expected, opened.Continuation.Write(["to be"], settings));
        Assert.Equal(64, opened.Embed(["to be"])[0].Length);
        Assert.Equal("This model tells what comes next, not what is hidden in a text: use generate.", Assert.Throws<UserException>(() => opened.Fill("a", 1)).Message);
    }

    [Fact]
    public void AFolderOfNeitherIsNamed() =>
        Assert.StartsWith("The folder 'nowhere' holds no trained run: expected ", Assert.Throws<UserException>(() => TrainedTextModel.Open("nowhere", Device.Cpu)).Message, StringComparison.Ordinal);
}
