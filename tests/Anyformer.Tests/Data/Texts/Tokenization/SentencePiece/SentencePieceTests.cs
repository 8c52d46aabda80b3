using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.SentencePiece.Format;
using Google.Protobuf;
using ModelPiece = Anyformer.Data.Texts.Tokenization.SentencePiece.Format.ModelProto.Types.SentencePiece;

namespace Anyformer.Tests.Data.Texts.Tokenization.SentencePiece;

public sealed class SentencePieceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SpacesFollowTheRulesOfTheModel()
    {
        var model = Model(1, ("▁", -2), ("a", -3), ("▁a", -1));
        Assert.Equal(["▁a", "▁a"], Pieces(model, "  a   a "));
        Assert.Empty(Pieces(model, "   "));
        model.NormalizerSpec = new NormalizerSpec { RemoveExtraWhitespaces = false };
        Assert.Equal(["▁", "▁a", "▁", "▁"], Pieces(model, " a  "));
        model.NormalizerSpec = new NormalizerSpec { AddDummyPrefix = false };
        Assert.Equal(["a", "▁a"], Pieces(model, "a a"));
    }

    [Fact]
    public void RangesTouchOneAnother()
    {
        var encoded = Open(Model(1, ("▁", -2), ("a", -3), ("▁a", -1))).Encode(" xa  a ");
        Assert.Equal(["▁", "x", "a", "▁a"], encoded.Tokens);
        Assert.Equal([new(1, 1), new(1, 2), new(2, 3), new(3, 6)], encoded.Offsets);
    }

    [Fact]
    public void TheHighestScoreIsJoinedFirst()
    {
        Assert.Equal(["▁", "ab", "c"], Pieces(Model(2, ("▁", -9), ("a", -8), ("b", -8), ("c", -8), ("ab", -1), ("bc", -2)), "abc"));
        Assert.Equal(["▁", "a", "bc"], Pieces(Model(2, ("▁", -9), ("a", -8), ("b", -8), ("c", -8), ("ab", -2), ("bc", -1)), "abc"));
        // Equal scores: the leftmost.
        Assert.Equal(["▁", "aa", "a"], Pieces(Model(2, ("▁", -9), ("a", -8), ("aa", -1)), "aaa"));
        // Characters that are no pieces are joined all the same when together they are one.
        Assert.Equal(["▁", "xy"], Pieces(Model(2, ("▁", -9), ("xy", -1)), "xy"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhatTheUserDefinedIsAlwaysAPieceOfItsOwn(int type)
    {
        var model = Model(type, ("▁", -9), ("a", -1), ("aa", -1), ("b", -1));
        model.Pieces.Add(new ModelPiece { Piece = "a<b", Score = 0, Type = 4 });
        Assert.Equal(["▁", "a", "a<b", "b"], Pieces(model, "aa<bb"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ControlsAreNotFoundInTexts(int type)
    {
        var tokenizer = Open(Model(type, ("▁", -9), ("s", -1), ("<", -1), (">", -1)));
        Assert.Equal(new SpecialTokens { Unknown = 0, Begin = 1, End = 2 }, tokenizer.Special);
        Assert.Equal(["▁", "<", "s", ">"], tokenizer.Encode("<s>").Tokens);
        Assert.Equal("s", tokenizer.Decode([1, 3, 4, 2]));
        Assert.Equal("s", tokenizer.Decode([3, 4]));
        Assert.Equal(" \u2047 s", tokenizer.Decode([0, 4]));
    }

    [Fact]
    public void BytesStandForWhatIsUnknown()
    {
        var model = Model(2, [("▁", -9), .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f))]);
        foreach (var piece in model.Pieces.Skip(4))
            piece.Type = 6;
        model.TrainerSpec.ByteFallback = true;
        var tokenizer = Open(model);
        var encoded = tokenizer.Encode("é");
        Assert.Equal(["▁", "<0xC3>", "<0xA9>"], encoded.Tokens);
        Assert.Equal([new(0, 0), new(0, 0), new(0, 1)], encoded.Offsets);
        Assert.Equal("é\uFFFD\uFFFDA", tokenizer.Decode([3, 4 + 0xC3, 4 + 0xA9, 4 + 0xE2, 4 + 0x82, 4 + 0x41]));
        model.Pieces.RemoveAt(100);
        Assert.Equal("The SentencePiece model has no piece '<0x60>' for a byte, though it says that it has.", Assert.Throws<UserException>(() => Open(model)).Message);
    }

    [Fact]
    public void AConfigurationBesideItPutsTokensAround()
    {
        File.WriteAllText(_folder["tokenizer_config.json"], """{"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>"}""");
        var tokenizer = Open(Model(2, ("▁", -9), ("a", -1)));
        Assert.Equal(["<s>", "▁", "a", "</s>", "▁", "a"], tokenizer.Encode("a</s>a").Tokens);
        Assert.Equal((1, 2), (tokenizer.Special.Begin, tokenizer.Special.End));
        File.WriteAllText(_folder["tokenizer_config.json"], """{"tokenizer_class": "T5Tokenizer", "eos_token": "</s>", "extra_ids": 2}""");
        tokenizer = Open(Model(1, ("▁", -9), ("a", -1)));
        Assert.Equal(7, tokenizer.Count);
        Assert.Equal(["▁", "a", "<extra_id_0>", "</s>"], tokenizer.Encode("a<extra_id_0>").Tokens);
        Assert.Equal((6, 5), (tokenizer.IdOf("<extra_id_0>"), tokenizer.IdOf("<extra_id_1>")));
    }

    private static ModelProto Model(int type, params (string Text, float Score)[] pieces)
    {
        var model = new ModelProto { TrainerSpec = new TrainerSpec { ModelType = type } };
        model.Pieces.Add(new ModelPiece { Piece = "<unk>", Type = 2 });
        model.Pieces.Add(new ModelPiece { Piece = "<s>", Type = 3 });
        model.Pieces.Add(new ModelPiece { Piece = "</s>", Type = 3 });
        model.Pieces.Add(pieces.Select(piece => new ModelPiece { Piece = piece.Text, Score = piece.Score }));
        return model;
    }

    private Tokenizer Open(ModelProto model)
    {
        File.WriteAllBytes(_folder["tokenizer.model"], model.ToByteArray());
        return Tokenizer.Open(_folder["tokenizer.model"]);
    }

    private string[] Pieces(ModelProto model, string text) => Open(model).Encode(text).Tokens;
}
