using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.FeedForward;

namespace Anyformer.Tests.Catalog;

public sealed class FormulaSheetTests
{
    public static TheoryData<string> Ids => [.. MethodCatalog.Entries.Select(entry => entry.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryMethodHasAFormulaAndEverySymbolAMeaning(string id)
    {
        var sheet = FormulaSheet.Of(MethodCatalog.Get(id));
        Assert.NotNull(sheet);
        Assert.NotEmpty(sheet.Lines);
        Assert.All(sheet.Lines, line => Assert.InRange(line.Length, 5, 160));
        Assert.DoesNotContain(sheet.Symbols, symbol => string.IsNullOrWhiteSpace(symbol.Meaning));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void NoSymbolIsExplainedThatTheFormulaHasNot(string id)
    {
        var entry = MethodCatalog.Get(id);
        var sheet = FormulaSheet.Of(entry)!;
        var names = sheet.Symbols.SelectMany(symbol => symbol.Names.Split(", ")).ToArray();
        Assert.Equal(names.Distinct(), names);
        var used = sheet.Lines.SelectMany(line => FormulaSheet.Used(line, names.ToHashSet(), entry.Type)).ToHashSet();
        Assert.Equal([], names.Where(name => !used.Contains(name)));
    }

    [Fact]
    public void SymbolsAreTheOwnAndThoseOfTheCommonNotation()
    {
        var sheet = FormulaSheet.Of(MethodCatalog.Get("softmax"))!;
        Assert.Equal(["Y = softmax(Q Kᵀ / √d) V"], sheet.Lines);
        Assert.Equal(
            [
                new("Y", "contexts, (batch, heads, queries, d)"), new("Q", "queries, (batch, heads, queries, d)"), new("K", "keys, (batch, heads, keys, d)"),
                new("d", "width of a head"), new("V", "values, (batch, heads, keys, d)"),
            ],
            sheet.Symbols);
        Assert.Equal(new FormulaSymbol("W1", "(hidden, width)"), FormulaSheet.Of(MethodCatalog.Get("feed-forward"))!.Symbols[0]);
    }

    [Theory]
    [InlineData("y_i = sum_j a_ij v_j", "y i a i j v j")]
    [InlineData("W_q x, W2 x', 1e-6 exp(2m)", "W_q x W2 x' m")]
    [InlineData("conv3(Z), softmax, g_out", "Z g")]
    public void SymbolsAreSingleLettersWithTheirMarks(string line, string symbols) =>
        Assert.Equal(symbols.Split(' '), FormulaSheet.Used(line, new HashSet<string> { "a", "g", "m", "W2", "x'", "Z" }, typeof(TokenMixer)));

    [Fact]
    public void ASymbolMeansWhatItMeansInItsKind()
    {
        Assert.Equal("one token, (width)", Notation.Meaning("x", typeof(ChannelMixer)));
        Assert.Equal("one query or key, (d)", Notation.Meaning("x", typeof(Anyformer.Attention.Kernels.EluFeatureMap)));
        Assert.Null(Notation.Meaning("z", typeof(ChannelMixer)));
    }
}
