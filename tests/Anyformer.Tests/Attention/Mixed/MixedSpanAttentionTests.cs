using Anyformer.Attention;
using Anyformer.Attention.Local;
using Anyformer.Attention.Mixed;
using Anyformer.Attention.Softmax;
using Anyformer.Torch;
using FsCheck;
using FsCheck.Fluent;
using Property = Anyformer.Testing.Property;

namespace Anyformer.Tests.Attention.Mixed;

[Collection(DefaultGenerator.Name)]
public sealed class MixedSpanAttentionTests
{
    private static readonly Gen<(int Tokens, int Span, int? Previous, bool Padded)> s_spans =
        from tokens in Gen.Choose(1, 150)
        from span in Gen.Choose(1, 40)
        from previous in Gen.Elements<int?>(null, 0, 1, 2)
        from padded in Gen.Elements(true, false)
        select (tokens, span, previous, padded);

    /// <summary>Texts on both sides of the number of tokens up to which all pairs are scored.</summary>
    [Fact]
    public void TokensSeeTheirBlocksOrTheirWindow() => Property.Holds(s_spans, drawn =>
    {
        using var scope = new TensorScope();
        var (tokens, span, previous, padded) = drawn;
        var mixer = Mixer(layer: 0, new MixedSpanAttentionOptions
        {
            Local = previous is { } blocks ? MixedSpanAttentionOptions.Blocks(span, blocks) : MixedSpanAttentionOptions.Window(span),
        });
        var full = Mixer(layer: 1, new MixedSpanAttentionOptions());
        full.Load(mixer.StateDict());
        bool Open(int query, int key) => key <= query && (previous is { } blocks ? query / span - key / span <= blocks : query - key < span);
        var open = Tensor.From<bool>([.. from query in Enumerable.Range(0, tokens) from key in Enumerable.Range(0, tokens) select Open(query, key)]).View([tokens, tokens]);
        // The first token is real, so that every query sees something.
        var real = padded ? Functional.Arange(tokens).Unsqueeze(0).Lt(Math.Max(1, tokens - 3)).Expand([2, tokens]) : null;
        var input = Tensors.Normal64(1, 2, tokens, 6);
        var expected = full.Call(input, new AttentionMask { Pairs = open, Keys = real, Queries = real });
        var actual = mixer.Call(input, AttentionMask.Causal with { Keys = real, Queries = real });
        Tensors.AssertClose(padded ? expected * real!.Unsqueeze(-1) : expected, padded ? actual * real!.Unsqueeze(-1) : actual, 1e-9);
    });

    [Fact]
    public void ShortAndLongTextsAreTheSame() => Property.Holds(
        from tokens in Gen.Choose(1, (int)ShortOrLocalAttention.ShortText) from window in Gen.Choose(1, 20) from exact in Gen.Elements(true, false) select (tokens, window, exact),
        drawn =>
        {
            using var scope = new TensorScope();
            var options = new LocalAttentionOptions { Window = drawn.window, Exact = drawn.exact, Scale = 0.3 };
            var local = new LocalAttention(options);
            Tensor Draw(int seed) => Tensors.Normal64(seed, 1, 2, drawn.tokens, 3);
            Tensors.AssertClose(local.Call(Draw(1), Draw(2), Draw(3), AttentionMask.Causal),
                new ShortOrLocalAttention(local, options, dropout: 0).Call(Draw(1), Draw(2), Draw(3), AttentionMask.Causal), 1e-9);
        });

    [Fact]
    public void ScoresWithoutAScaleAreProducts()
    {
        using var scope = new TensorScope();
        var input = Tensors.Normal64(1, 1, 9, 6);
        MixedSpanAttention Unscaled(int layer) =>
            Mixer(layer, new MixedSpanAttentionOptions { ScalesScores = false, Local = MixedSpanAttentionOptions.Blocks(20, 0, scale: 1) });
        var scaled = new MultiHeadAttention(new TokenMixerShape(9, 6, 2), new ModifiedAttention([], scale: 1), inputBias: false);
        scaled.To(DType.Float64);
        foreach (var mixer in new[] { Unscaled(0), Unscaled(1) })
        {
            scaled.Load(mixer.StateDict().ToDictionary(item => item.Key["attention.".Length..], item => item.Value));
            Tensors.AssertClose(scaled.Call(input, AttentionMask.Causal), mixer.Call(input, AttentionMask.Causal), 1e-12);
        }
    }

    private static MixedSpanAttention Mixer(int layer, MixedSpanAttentionOptions options)
    {
        var mixer = new MixedSpanAttention(new TokenMixerShape(150, 6, 2) { Layer = layer }, options);
        mixer.To(DType.Float64);
        return mixer;
    }
}
