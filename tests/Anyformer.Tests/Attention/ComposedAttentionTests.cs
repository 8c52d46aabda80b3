using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Attention;

/// <summary>Heads that talk or collaborate through wider queries and keys give the numbers of the direct form.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class ComposedAttentionTests
{
    private static readonly TokenMixerShape s_shape = new(9, 12, 3);

    /// <summary>A bias, of zeros here, makes the softmax a function like any other.</summary>
    private static readonly HeadFunction s_general = new(Part<AttentionFunction>.Of("softmax"), [Part<ScoreModifier>.Of("t5-bias")], null);

    [Theory]
    [InlineData(null, null)]
    [InlineData(2, 4)]
    [InlineData(5, 1)]
    public void TalkingHeadsOfAnyFunctionAreThoseOfTheSoftmax(int? keyHeads, int? valueHeads)
    {
        var options = new TalkingHeadsAttentionOptions { KeyHeads = keyHeads, ValueHeads = valueHeads };
        AssertSameAsDirect(shape => new TalkingHeadsAttention(shape, options));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public void CollaborativeHeadsOfAnyFunctionAreThoseOfTheSoftmax(int? keyWidth) =>
        AssertSameAsDirect(shape => new CollaborativeAttention(shape, new CollaborativeAttentionOptions { KeyWidth = keyWidth }));

    [Fact]
    public void ZerosThatEvenOutWidthsChangeNothing()
    {
        var (queries, keys, values) = (Tensors.Normal(1, 2, 3, 5, 4), Tensors.Normal(2, 2, 3, 7, 4), Tensors.Normal(3, 2, 3, 7, 6));
        var softmax = Part<AttentionFunction>.Of("softmax").Build(new AttentionShape(3, 6));
        Tensors.AssertClose(softmax.Call(queries, keys, values), new EvenWidths(softmax, 8).Call(queries, keys, values));
    }

    [Fact]
    public void RotaryPositionsTurnTheQueriesAndKeysOfTalkingHeads()
    {
        var mixer = Mixer("talking", "softmax", "rotary");
        var tokens = Tensors.Normal(1, 1, 1, 12).Expand([1, 6, 12]);
        // Equal tokens get equal contexts whatever the weights, so a difference can only be in the values of a changed token.
        var changed = Functional.Cat([tokens[.., ..1] * 2, tokens[.., 1..]], 1);
        var contexts = mixer.Call(changed);
        Assert.NotEqual(contexts[0, 1].Numbers(), contexts[0, 5].Numbers());
        Tensors.AssertClose(Mixer("talking", "softmax", null).Call(changed)[0, 1], Mixer("talking", "softmax", null).Call(changed)[0, 5]);
    }

    [Fact]
    public void AFunctionWithoutScoresTakesNoBias() => Assert.Equal(
        "'alibi' changes attention scores and 'performer' gives none to change; with it, the function must be softmax.",
        Assert.Throws<UserException>(() => Mixer(null, "performer", "alibi")).Message);

    [Fact]
    public void AMixerWithProjectionsOfItsOwnTakesNoRotaryPositions() => Assert.Equal(
        "'linformer' makes its queries and keys by itself, so positions of kind 'rope' cannot be worked into them; take positions that are added to tokens, "
            + "or an attention function.",
        Assert.Throws<UserException>(() => Part<TokenMixer>.Of("linformer").Build(s_shape with { Position = Part<PositionEncoding>.Of("rope") })).Message);

    [Fact]
    public void CollaborativeHeadsTakeNoRotaryPositions() => Assert.Equal(
        "Collaborative heads weigh single elements of queries and keys, so positions of kind 'rope', which turn pairs of them, mean nothing there.",
        Assert.Throws<UserException>(() => Mixer("collaborative", "softmax", "rope")).Message);

    [Fact]
    public void PositionsThatAreAddedToTokensAreNotWorkedIntoAttention() => Assert.Equal(
        "Positions of kind 'sinusoidal' are added to tokens before the first block, they cannot be worked into attention.",
        Assert.Throws<UserException>(() => Mixer(null, "softmax", "sinusoidal")).Message);

    private static TokenMixer Mixer(string? heads, string function, string? position)
    {
        TorchRuntime.ManualSeed(1);
        var options = new ComposedAttentionOptions
        {
            Function = Part<AttentionFunction>.Of(function),
            Heads = heads is null ? null : Part<HeadInteraction>.Of(heads),
        };
        return Part<TokenMixer>.Of("composed", options).Build(s_shape with { Position = position is null ? null : Part<PositionEncoding>.Of(position) });
    }

    private static void AssertSameAsDirect(Func<TokenMixerShape, HeadInteraction> build)
    {
        var (direct, general) = (build(s_shape), build(s_shape with { Function = s_general }));
        general.Load(direct.StateDict().Concat(general.StateDict().Where(item => item.Key.StartsWith("function", StringComparison.Ordinal)))
            .ToDictionary(item => item.Key, item => item.Key.StartsWith("function", StringComparison.Ordinal) ? item.Value.ZerosLike() : item.Value));
        var tokens = Tensors.Normal(4, 2, 9, 12);
        foreach (var mask in new[] { null, AttentionMask.Causal })
            Tensors.AssertClose(direct.Call(tokens, mask), general.Call(tokens, mask), 1e-4);
    }
}
