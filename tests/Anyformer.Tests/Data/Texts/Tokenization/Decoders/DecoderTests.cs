using System.Text;
using Anyformer.Data.Texts.Tokenization.Decoders;
using Anyformer.Data.Texts.Tokenization.Patterns;
using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Tests.Data.Texts.Tokenization.Decoders;

public sealed class DecoderTests
{
    [Fact]
    public void WordPiecesAreJoinedAndCleaned()
    {
        string[] tokens = ["it", "##s", "n't", ".", "'", "x", "do", "not", "##!"];
        Assert.Equal("itsn't. ' x do not!", Decode(new WordPieceDecoder("##", cleans: true), tokens));
        Assert.Equal("its n't . ' x do not!", Decode(new WordPieceDecoder("##", cleans: false), tokens));
    }

    [Fact]
    public void BytesAreReadTogether()
    {
        Assert.Equal("é 🍌", Decode(new ByteLevelDecoder(), "Ã", "©Ġ", "ðŁ", "įĮ"));
        Assert.Equal("é\uFFFD", Decode(new ByteLevelDecoder(), "Ã", "©", "Ã"));
        // A token that was added is text, though some of its characters stand for bytes.
        Assert.Equal("<中>", Decode(new ByteLevelDecoder(), "<中>"));
    }

    [Fact]
    public void ByteTokensAreReadInRuns()
    {
        Assert.Equal("aéb", Decode(new ByteFallbackDecoder(), "a", "<0xC3>", "<0xA9>", "b"));
        Assert.Equal("\uFFFD\uFFFDb", Decode(new ByteFallbackDecoder(), "<0xC3>", "<0x41>", "b"));
        Assert.Equal("<0xXY><0x1>", Decode(new ByteFallbackDecoder(), "<0xXY>", "<0x1>"));
    }

    [Fact]
    public void MetaspacesBecomeSpacesButForTheFirstTokens()
    {
        Assert.Equal("a b", Decode(new MetaspaceDecoder(new Rune('▁'), PrependScheme.Always, true), "▁a", "▁b"));
        Assert.Equal(" a b", Decode(new MetaspaceDecoder(new Rune('▁'), PrependScheme.Never, true), "▁a", "▁b"));
    }

    [Fact]
    public void TheRestDoesWhatItSays()
    {
        Assert.Equal(["ab"], new FuseDecoder().Decode(["a", "b"]));
        Assert.Equal("xbx", Decode(new ReplaceDecoder(new RegexPattern("a+"), "x"), "aaba"));
        Assert.Equal([" a", "", "b "], new StripDecoder(new Rune(' '), 1, 1).Decode(["  a ", " ", "b  "]));
        Assert.Equal("low er", Decode(new SuffixDecoder("</w>"), "low</w>", "er</w>"));
        Assert.Equal("a b", Decode(new DecoderSequence([new FuseDecoder(), new StripDecoder(new Rune(' '), 1, 0)]), " a", " b"));
    }

    private static string Decode(TokenDecoder decoder, params string[] tokens) => string.Concat(decoder.Decode([.. tokens]));
}
