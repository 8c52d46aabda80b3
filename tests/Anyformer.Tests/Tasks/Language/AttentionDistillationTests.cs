using Anyformer.Attention;
using Anyformer.Blocks.Layers;
using Anyformer.Models.Language;
using Anyformer.Models.Language.EncoderDecoders;
using Anyformer.Models.Language.Shallow;
using Anyformer.Recipes;
using Anyformer.Tasks.Language;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Tasks.Language;

[Collection(DefaultGenerator.Name)]
public sealed class AttentionDistillationTests
{
    private static readonly TranslationShape s_shape = new(new LanguageShape(9, 7), new LanguageShape(8, 6));

    private static readonly EncoderDecoderOptions s_base = EncoderDecoderOptions.PreNorm(16, 2, 2) with { FeedForwardWidth = 24 };

    private static TextInput Source() => new(Tensor.From<long>([1, 2, 3, 4, 5, 6, 7, 0]).View([2, 4])) { Real = Tensor.From([true, true, true, true, true, true, false, false], 2, 4) };

    private static TextInput Target() => new(Tensor.From<long>([1, 5, 3, 2, 2, 0]).View([2, 3])) { Real = Tensor.From([true, true, true, true, true, false], 2, 3) };

    public static TheoryData<string> Presets => [.. ShallowTransformerOptions.Presets.Keys];

    [Theory]
    [MemberData(nameof(Presets))]
    public void NetworksLearnWhatAttentionGivesAndNothingElseChanges(string preset)
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var (teacher, student, source, target) = (Teacher(), Student(preset), Source(), Target());
        var distillation = new AttentionDistillation(student, teacher);
        var before = teacher.StateDict().ToDictionary(item => item.Key, item => item.Value.Clone());
        var optimizer = new Adam(student.Parameters(), new AdamOptions { LearningRate = 1e-2 });
        double[] Step()
        {
            optimizer.ZeroGrad();
            var losses = distillation.Losses(source, target);
            losses.Aggregate((sum, loss) => sum + loss).Backward();
            optimizer.Step();
            return [.. losses.Select(loss => loss.Item<double>())];
        }

        var first = Step();
        for (var step = 0; step < 60; step++)
            Step();
        var last = Step();
        Assert.Equal(distillation.Names.Count, last.Length);
        Assert.All(last.Zip(first), pair => Assert.True(pair.First < 0.2 * pair.Second, $"a loss went from {pair.Second} to {pair.First}"));
        var after = student.StateDict();
        foreach (var (name, weight) in before)
        {
            Tensors.AssertSame(weight, teacher.StateDict()[name]);
            if (after.TryGetValue($"transformer.{name}", out var own))
                Tensors.AssertSame(weight, own);
        }
    }

    [Fact]
    public void AStudentOfPerfectNetworksSaysWhatTheTeacherSays()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(2);
        // Two texts are soon learnt by heart.
        var (teacher, student, source, target) = (Teacher(), Student("all"), Source(), Target());
        var distillation = new AttentionDistillation(student, teacher);
        var optimizer = new Adam(student.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        for (var step = 0; step < 400; step++)
        {
            optimizer.ZeroGrad();
            distillation.Losses(source, target).Aggregate((sum, loss) => sum + loss).Backward();
            optimizer.Step();
        }

        student.Eval();
        teacher.Eval();
        using var unrecorded = Autograd.NoGrad();
        // Across, a network takes every token that is written for one, padding too, so only the text without any is the same.
        Tensors.AssertClose(teacher.Call(source.Tokens, target.Tokens, source.Real, target.Real)[0],
            student.Call(source.Tokens, target.Tokens, source.Real, target.Real)[0], 0.05);
    }

    [Fact]
    public void TheLossIsTheMeanOverWhatTheMaskShows()
    {
        using var scope = new TensorScope();
        var mask = Tensor.From([true, true, false, true, false, false], 2, 3);
        var (prediction, label) = (Tensors.Normal64(1, 2, 3, 4) * mask.Unsqueeze(-1), Tensors.Normal64(2, 2, 3, 4) * mask.Unsqueeze(-1));
        var expected = prediction.Numbers().Zip(label.Numbers(), (a, b) => (a - b) * (a - b)).Sum() / (3 * 4);
        Assert.Equal(expected, AttentionDistillation.Loss(prediction, label, mask).Item<double>(), 12);
    }

    [Fact]
    public void ModelsThatDoNotGoTogetherAreRefused()
    {
        string Message(Func<object> action) => Assert.Throws<UserException>(action).Message;
        Assert.Equal("Attention is distilled from an encoder-decoder put together from parts, found ShallowTransformer.",
            Message(() => new AttentionDistillation(Student("alr"), Student("alr"))));
        Assert.Equal("The student has no shallow networks that could learn; give it replacements.", Message(() => new AttentionDistillation(
            new ShallowTransformer(s_shape, new() { Transformer = s_base, Replacements = [] }), Teacher())));
        Assert.Equal("The teacher has 1 layers, so there is none to learn layer 1 from.", Message(() => new AttentionDistillation(
            Student("alr"), new TransformerEncoderDecoder(s_shape, s_base with { Layers = new LayerOptions { Count = 1 } }))));
        Assert.Equal("A network learns from multi-head attention, found Linformer in layer 0 of the teacher.", Message(() => new AttentionDistillation(
            Student("alr"), new TransformerEncoderDecoder(s_shape, s_base with { Attention = Part<TokenMixer>.Of("linformer"), DecoderAttention = Part<TokenMixer>.Of("softmax") }))));
        Assert.StartsWith("The weights do not fit TransformerEncoderDecoder: ", Message(() => new AttentionDistillation(
            Student("alr"), new TransformerEncoderDecoder(s_shape, s_base with { FeedForwardWidth = 20 }))), StringComparison.Ordinal);
    }

    private static TransformerEncoderDecoder Teacher() => new(s_shape, s_base);

    private static ShallowTransformer Student(string preset) => new(s_shape, ShallowTransformerOptions.Presets[preset] with { Transformer = s_base });
}
