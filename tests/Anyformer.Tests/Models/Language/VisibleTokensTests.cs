using Anyformer.Models.Language;
using Anyformer.Models.Language.Decoders;
using Anyformer.Models.Language.Encoders;
using Anyformer.Models.Language.Recurrent;
using Anyformer.Positions;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language;

/// <summary>Texts that say which of their tokens see each other: documents side by side, and prefixes.</summary>
[Collection(DefaultGenerator.Name)]
public sealed class VisibleTokensTests
{
    private const int Vocabulary = 11, Tokens = 12;

    private static readonly LanguageShape s_shape = new(Vocabulary, Tokens);

    public static TheoryData<string> Positions => ["rope", "learned", "sinusoidal", "alibi", "t5-bias", ""];

    /// <summary>Packed documents get the scores that each gets alone.</summary>
    [Theory]
    [MemberData(nameof(Positions))]
    public void DocumentsSideBySideAreAsAlone(string position)
    {
        using var scope = new TensorScope();
        var options = TransformerOptions.Presets["small"] with { Position = position.Length == 0 ? null : Part<PositionEncoding>.Of(position) };
        AssertApart(new TransformerDecoder(s_shape, options));
    }

    [Fact]
    public void EncodersAndNamedModelsKeepDocumentsApartToo()
    {
        using var scope = new TensorScope();
        AssertApart(new Bert(s_shape, BertOptions.Presets["small"]));
        AssertApart(new Gpt2(s_shape, Gpt2Options.Presets["small"]));
        AssertApart(new Llama(s_shape, LlamaOptions.Presets["small"]));
    }

    /// <summary>Token by token: a change is seen from behind it, from everywhere if it is in the prefix, and from no other document.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void APrefixIsSeenFromEverywhere(bool hasDocuments)
    {
        using var scope = new TensorScope();
        using var unrecorded = Autograd.NoGrad();
        var model = new TransformerDecoder(s_shape, TransformerOptions.Presets["small"]);
        model.Eval();
        const int prefix = 5, border = 8;
        var ids = Functional.RandInt(Vocabulary, [1, Tokens], DType.Int64);
        var places = Functional.Arange(Tokens).Unsqueeze(0);
        var text = new TextInput(ids) { Prefix = places.Lt(prefix), Documents = hasDocuments ? places.Ge(border).To(DType.Int64) : null };
        var states = model.CallStates(text);
        for (var changed = 0; changed < Tokens; changed++)
        {
            var other = Functional.Where(places.Eq(changed), (ids + 1).Remainder(Vocabulary), ids);
            var difference = (model.CallStates(text with { Tokens = other }) - states).Abs().Sum([0, 2]).ToArray<float>();
            for (var seeing = 0; seeing < Tokens; seeing++)
            {
                var isSeen = (changed <= seeing || changed < prefix) && (!hasDocuments || changed < border == seeing < border);
                Assert.True(isSeen == difference[seeing] > 1e-6, $"{changed} from {seeing}: {difference[seeing]}");
            }
        }
    }

    [Fact]
    public void ModelsThatDecideByThemselvesRefuse()
    {
        using var scope = new TensorScope();
        var ids = Functional.Zeros([1, 4], DType.Int64);
        var (documents, prefix) = (new TextInput(ids) { Documents = ids }, new TextInput(ids) { Prefix = ids.Eq(0) });
        string Refusal(TextModel model, TextInput text) => Assert.Throws<UserException>(() => model.Call(text)).Message;
        var recurrent = new TransformerXl(s_shape, TransformerXlOptions.Presets["small"]);
        foreach (var text in new[] { documents, prefix })
            Assert.Equal("TransformerXl decides by itself which tokens see each other, so it takes neither documents side by side nor a prefix.", Refusal(recurrent, text));
        Assert.Equal("The tokens of an encoder see each other anyway, so it takes no prefix.", Refusal(new Bert(s_shape, BertOptions.Presets["small"]), prefix));
        TransformerDecoder Decoder(string attention) => new(s_shape, TransformerOptions.Presets["small"] with { Position = null, Attention = Part<Anyformer.Attention.TokenMixer>.Of(attention) });
        Assert.Contains("it cannot obey a mask of pairs", Refusal(Decoder("linear-transformer"), documents), StringComparison.Ordinal);
        var counted = new TransformerDecoder(s_shape, TransformerOptions.Presets["small"] with { Position = Part<PositionEncoding>.Of("floater") });
        Assert.Equal("The positions of this model are counted over the whole text, so it takes no documents side by side; take rotary, learned or sinusoidal ones.", Refusal(counted, documents));
    }

    private static void AssertApart(TextModel model)
    {
        using var unrecorded = Autograd.NoGrad();
        model.Eval();
        int[] lengths = [3, 1, 6, 2];
        var ids = Functional.RandInt(Vocabulary, [2, Tokens], DType.Int64);
        long[] documents = [.. lengths.SelectMany((length, document) => Enumerable.Repeat((long)document, length))];
        long[] positions = [.. lengths.SelectMany(length => Enumerable.Range(0, length).Select(place => (long)place))];
        var packed = model.Call(new TextInput(ids)
        {
            Documents = Tensor.From<long>(documents).Expand([2, -1]),
            Positions = model.TakesPositions ? Tensor.From<long>(positions).Expand([2, -1]) : null,
        });
        var first = 0;
        foreach (var length in lengths)
        {
            Tensors.AssertClose(model.Call(ids.Narrow(1, first, length).Contiguous()), packed.Narrow(1, first, length), 2e-5);
            first += length;
        }
    }
}
