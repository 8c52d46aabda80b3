namespace Anyformer.Cli.Tests.Commands;

public sealed class DescribeCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    [Fact]
    public void APatternIsShownInCharacters()
    {
        var output = _workspace.Run("describe", "band(1, 1) | global(..1)", "--tokens", "4").Succeeded().Output;
        Assert.Equal("""
            band(1, 1) | keys(0..1) | queries(0..1)

            ████
            ███·
            ████
            █·██
            A row is a query, a column a key: 14 of 16 pairs, 3.5 keys a query (87.5 %)

            """, output);
    }

    [Fact]
    public void AMethodIsDescribedByItsFormulaAndHowToUseIt()
    {
        var output = string.Join('\n', _workspace.Run("describe", "window-mean").Succeeded().Output.Split('\n').Select(line => line.TrimEnd()));
        Assert.Contains(
            """

            Formula
                K'_m = (1 / w) sum_(u=0..w-1) K_(m s + u), V' alike
                K', V'  (batch, heads, slots, d)
                m       slot
                u       place in the window
                w       window
                s       stride
                K       keys, (batch, heads, keys, d)

            """, output, StringComparison.Ordinal);
        Assert.EndsWith(
            """

            In C#
                using Anyformer.Attention;
                using Anyformer.Attention.Downsampling;
                using Anyformer.Torch;

                var reducer = new WindowMean(new AttentionShape(Heads: 4, HeadWidth: 16), new WindowReducerOptions());
                var (queries, keys, values) = (Functional.Randn([2, 4, 32, 16]), Functional.Randn([2, 4, 32, 16]), Functional.Randn([2, 4, 32, 16]));
                var (fewerKeys, fewerValues, _) = reducer.Call(keys, values);   // (batch, heads, slots, head width)

            In a recipe
                model:
                  id: decoder
                  preset: small
                  options: {attention: {kind: memory-compressed, compression: {kind: window-mean, kernel: 3}}}

            """, output, StringComparison.Ordinal);
    }

    [Fact]
    public void AnArchitectureIsDescribedByHowItIsConstructed()
    {
        var output = _workspace.Run("describe", "layer-drop").Succeeded().Output;
        Assert.Contains("    var part = new LayerDropEncoder([new EncoderBlock(", output, StringComparison.Ordinal);
        Assert.Contains("    // Tensor Call(Tensor tokens, AttentionMask? mask = null)\n", output, StringComparison.Ordinal);
        Assert.EndsWith("In a recipe\n    No recipe can name it; C# can.\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ACausalMaskHidesTheFuture() =>
        Assert.Contains("\n█···\n██··\n███·\n████\n", _workspace.Run("describe", "all()", "--tokens", "4", "--causal").Succeeded().Output, StringComparison.Ordinal);

    [Fact]
    public void OfALargePatternACharacterIsASquare()
    {
        var rows = _workspace.Run("describe", "block-local(3)", "--tokens", "128").Succeeded().Output.Split('\n').Where(line => line.Length == 64).ToArray();
        Assert.Equal(64, rows.Length);
        Assert.Equal(["█▒··", "▒▒▒·", "··█▒"], [rows[0][..4], rows[1][..4], rows[3][1..5]]);
    }

    [Fact]
    public void WhatAMechanismReachesIsMeasured()
    {
        var output = _workspace.Run("describe", "sparse-transformer", "--tokens", "6", "--causal", "--set", "stride=3", "--set", "heads=merged").Succeeded().Output;
        Assert.StartsWith("Sparse Transformer, strided (sparse-transformer), 2019\n", output, StringComparison.Ordinal);
        Assert.Contains("takes a causal mask, takes padding", output, StringComparison.Ordinal);
        Assert.Contains("\n█·····\n██····\n███···\n████··\n·████·\n··████\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePictureIsAnSvgFile()
    {
        _workspace.Run("describe", "band(0, 0)", "--tokens", "2", "--picture", "map.svg").Succeeded();
        Assert.Contains("d=\"M0 0h1v1h-1zM1 1h1v1h-1z\"/></svg>", _workspace.Read("map.svg"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("The pattern 'band(1)' has the wrong arguments for band; expected band(before, after).", "band(1)")]
    [InlineData("dlinear mixes no tokens, so there is nothing to show with --tokens.", "dlinear", "--tokens", "4")]
    [InlineData("--picture needs --tokens, the number of tokens to show.", "softmax", "--picture", "x.svg")]
    [InlineData("softmax has no options, found --set window=3.", "softmax", "--tokens", "4", "--set", "window=3")]
    [InlineData("--tokens takes a number from 1 to 1024. See 'anyformer describe --help'.", "softmax", "--tokens", "2000")]
    public void MistakesAreNamed(string message, params string[] arguments) =>
        Assert.Equal(message, _workspace.Run(["describe", .. arguments]).Mistake());

    public void Dispose() => _workspace.Dispose();
}
