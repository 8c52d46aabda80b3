using Anyformer.Models.Language;
using Anyformer.Models.Language.Classification;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Encoders;
using Anyformer.Modules;
using Anyformer.Torch;
using Anyformer.Training.Optimizers;

namespace Anyformer.Tests.Models.Language.Classification;

[Collection(DefaultGenerator.Name)]
public sealed class TextClassifierTests
{
    private static readonly LanguageShape s_shape = new(Vocabulary: 13, Tokens: 16);

    [Theory]
    [InlineData(TextPooling.Pooler)]
    [InlineData(TextPooling.First)]
    [InlineData(TextPooling.Last)]
    [InlineData(TextPooling.Mean)]
    public void TokensThatAreReadBecomeOneVector(TextPooling pooling)
    {
        using var scope = new TensorScope();
        var model = new Bert(s_shape, BertOptions.Presets["small"]);
        var classifier = new TextClassifier(model, 3, new TextClassifierOptions { Pooling = pooling });
        classifier.Eval();
        var ids = Ids(2, 6);
        // The first text has four tokens behind which there is padding, the second five with padding before and in front of one.
        var real = Tensor.From<long>([1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 1]).View([2, 6]).Ne(0);
        var text = new TextInput(ids) { Real = real, Types = ids.Remainder(2) };
        var states = model.CallStates(text);
        var expected = pooling switch
        {
            TextPooling.Pooler => model.CallPooled(states),
            TextPooling.First => states[.., 0],
            TextPooling.Last => Functional.Stack([states[0, 3], states[1, 5]], 0),
            _ => Functional.Stack([states[0, ..4].Mean(0), (states[1, 0] + states[1, 2..].Sum([0])) / 5], 0),
        };
        Tensors.AssertClose(expected, classifier.CallPooled(text), 1e-5);
        var state = classifier.StateDict();
        Tensors.AssertClose(expected.MatMul(state["head.weight"].Transpose(0, 1)) + state["head.bias"], classifier.Call(text), 1e-5);
        var whole = new TextInput(ids) { Types = ids.Remainder(2) };
        Tensors.AssertClose(classifier.Call(whole with { Real = Functional.Ones([2, 6], DType.Bool) }), classifier.Call(whole), 1e-5);
    }

    [Fact]
    public void ItLearnsWhichTextIsWhich()
    {
        using var scope = new TensorScope();
        TorchRuntime.ManualSeed(1);
        var classifier = new TextClassifier(new Gpt2(s_shape, Gpt2Options.Presets["small"]), 2, new TextClassifierOptions { Pooling = TextPooling.Last });
        var optimizer = new Adam(classifier.Parameters(), new AdamOptions { LearningRate = 3e-3 });
        var (text, labels) = (new TextInput(Ids(8, 5)), Ids(8, 1).Squeeze(1).Remainder(2));
        for (var step = 0; step < 30; step++)
        {
            using var inner = new TensorScope();
            foreach (var parameter in classifier.Parameters())
                parameter.Grad = null;
            classifier.Call(text).CrossEntropyLoss(labels).Backward();
            optimizer.Step();
        }

        classifier.Eval();
        Assert.Equal(labels.Numbers(), classifier.Call(text).ArgMax(1).Numbers());
        Assert.True(TaskHead.Owns("head.weight"));
    }

    [Fact]
    public void WhatCannotBePooledIsRefused()
    {
        string Refusal(TextModel model, int classes) => Assert.Throws<UserException>(() =>
            new TextClassifier(model, classes, new TextClassifierOptions { Pooling = TextPooling.Pooler })).Message;
        Assert.Equal("Gpt2 has no pooler; pool the first token, the last or the mean.", Refusal(new Gpt2(s_shape, Gpt2Options.Presets["small"]), 2));
        Assert.Equal("A classifier needs at least one class, found 0.", Refusal(new Bert(s_shape, BertOptions.Presets["small"]), 0));
    }

    private static Tensor Ids(int texts, int tokens)
    {
        var random = new Random(texts + tokens);
        return Tensor.From<long>([.. Enumerable.Range(0, texts * tokens).Select(_ => random.NextInt64(s_shape.Vocabulary))]).View([texts, tokens]);
    }
}
