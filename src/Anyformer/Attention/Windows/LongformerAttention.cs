using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>Options of <see cref="LongformerAttention"/>.</summary>
public sealed record LongformerAttentionOptions
{
    /// <summary>Tokens that a token sees around itself, half of them on each side; under a causal mask, only the half before it.</summary>
    [Description("tokens seen around a token, half on each side; an even number"), Range(2, 1 << 20)]
    public int Window { get; init; } = 128;

    /// <summary>Tokens from one key of a window to the next: one number for all heads, or one for each.</summary>
    [Description("tokens from one key of a window to the next: one number for all heads, or one for each")]
    public ValueList<int> Dilations { get; init; } = [1];

    /// <summary>First tokens of a sample that see all others and are seen by all.</summary>
    [Description("first tokens of a sample that see all others and are seen by all"), Range(0, 1 << 20)]
    public int GlobalTokens { get; init; } = 1;
}

/// <summary>
/// Every token sees those in a window around it and a few global tokens, which see all tokens through projections of their own (Beltagy, Peters
/// and Cohan 2020, arXiv 2004.05150, section 3). One softmax runs over the global keys and those of the window.
/// </summary>
/// <remarks>
/// Under a causal mask windows end at their query and global tokens see, and are seen by, no other than they may; without global tokens that is the
/// paper's autoregressive form. Padded tokens come out as the bias of the output projection, as in the authors' code.
/// </remarks>
[Formula(
    "y_i = sum_j softmax_j(q_i·k_j / √d) v_j over j global, or |i - j| = m r with m ≤ w / 2",
    "i global: y_i = sum_j softmax_j(q'_i·k'_j / √d) v'_j over all j, of projections of their own",
    "Y = [heads] W_o",
    Where = "q', k', v': (d); y: context of a head, (d); w: window; r: dilation of the head; m: from 0")]
[Claims(Growth = 1, Causal = true)]
[Method("longformer", "Longformer attention", Family.FixedPatterns, 2020,
    Paper = "Beltagy, Peters, Cohan, Longformer: The Long-Document Transformer, 2020, arXiv 2004.05150",
    Complexity = "O(tokens · (window + global tokens))")]
public sealed class LongformerAttention : TokenMixer
{
    private readonly int _globalTokens;

    /// <summary>A mixer with fresh weights.</summary>
    /// <exception cref="UserException">The width is no multiple of the heads, the window is odd, or the dilations are not those of the heads.</exception>
    public LongformerAttention(TokenMixerShape shape, LongformerAttentionOptions options) : this(shape, options, options.GlobalTokens > 0) { }

    /// <summary>A mixer whose caller may say which tokens are global.</summary>
    internal LongformerAttention(TokenMixerShape shape, LongformerAttentionOptions options, bool hasGlobalTokens)
    {
        _globalTokens = options.GlobalTokens;
        Heads = new LongformerHeads(shape, options, hasGlobalTokens);
        OutputProjection = new Linear(shape.Heads * shape.HeadWidth, shape.Width);
    }

    private LongformerHeads Heads { get; }

    private Linear OutputProjection { get; }

    /// <summary>Mixes the tokens, the global ones given.</summary>
    internal Tensor Call(Tensor tokens, GlobalTokens? globals, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(OutputProjection.Call(Heads.Call(tokens, globals, mask)));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) =>
        Call(tokens, _globalTokens == 0 ? null : GlobalTokens.First(_globalTokens, tokens, mask?.Keys), mask);
}
