using Anyformer.Blocks.Layers;
using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Decoding;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Benchmarks.Works;

/// <summary>GPT-2: training of a small one, writing by one of the published size.</summary>
internal static class LanguageWorks
{
    /// <summary>Tokens of a prompt, and those that are written behind it.</summary>
    internal const int PromptTokens = 32, WrittenTokens = 96;

    private const int Batch = 4, Tokens = 256, Vocabulary = 65;

    /// <summary>A training step of 6 layers of width 384 with 6 heads on 4 x 256 characters.</summary>
    internal static Action Step()
    {
        TorchRuntime.ManualSeed(1);
        var model = new Gpt2(new LanguageShape(Vocabulary, Tokens),
            new Gpt2Options { Width = 384, Heads = 6, FeedForwardWidth = 1536, Layers = new LayerOptions { Count = 6 }, Dropout = 0 });
        var (tokens, next) = (Functional.RandInt(Vocabulary, [Batch, Tokens], DType.Int64), Functional.RandInt(Vocabulary, [Batch, Tokens], DType.Int64));
        return TrainingStep.Of(model, () => model.Call(tokens).Flatten(0, 1).CrossEntropyLoss(next.Flatten()));
    }

    /// <summary>Writing greedily behind a prompt with a model of GPT-2 small's size, every token read once.</summary>
    internal static Action Decoding(FrozenPrecision precision = FrozenPrecision.Float32)
    {
        TorchRuntime.ManualSeed(1);
        var model = new Gpt2(new LanguageShape(50257, 1024), Gpt2Options.Presets["gpt2"]);
        model.Freeze(precision);
        var generator = new TextGenerator(new GenerationOptions { MaxTokens = WrittenTokens, Temperature = 0 });
        int[] prompt = [.. Enumerable.Range(1, PromptTokens)];
        return () => generator.Generate(model, 1024, [prompt]);
    }
}
