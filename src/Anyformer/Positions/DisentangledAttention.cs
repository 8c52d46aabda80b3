using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Positions;

/// <summary>Options of <see cref="DisentangledAttention"/>.</summary>
public sealed record DisentangledAttentionOptions
{
    /// <summary>The farthest distance that differs from others.</summary>
    [Description("the farthest distance that differs from others"), Range(1, 1 << 20)]
    public int MaxDistance { get; init; } = 512;

    /// <summary>Buckets of distances in each direction, single ones and ranges (versions 2 and 3 take 256); 0 for a vector for every distance.</summary>
    [Description("buckets of distances in each direction, 0 for a vector for every distance"), Range(0, 1 << 20)]
    public int Buckets { get; init; }

    /// <summary>Whether distances are projected as tokens are (versions 2 and 3).</summary>
    [Description("distances are projected as tokens are")]
    public bool SharedProjections { get; init; }

    /// <summary>Whether queries meet distances.</summary>
    [Description("queries meet distances")]
    public bool ContentToPosition { get; init; } = true;

    /// <summary>Whether keys meet distances.</summary>
    [Description("keys meet distances")]
    public bool PositionToContent { get; init; } = true;

    /// <summary>Vectors of distances in each direction.</summary>
    internal int Span => Buckets > 0 ? Buckets : MaxDistance;
}

/// <summary>
/// Multi-head self-attention with terms for queries that meet the distance, and for keys that do (He, Liu, Gao and Chen, ICLR 2021, DeBERTa,
/// arXiv 2006.03654, section 3.1; buckets and shared projections as in arXiv 2111.09543).
/// </summary>
[Formula(
    "S_ij = (q_i·k_j + q_i·(r_δ(i,j) W_a) + k_j·(r_δ(j,i) W_b)) / √(3 d)",
    "δ(i, j) = clamp(i - j + m, 0, 2 m - 1), Y = [softmax(S) V] W_o",
    Where = "r: learned vector of a distance, (2 m, width); W_a, W_b: (width, heads · d); δ: number of a distance; m: farthest")]
[Claims(Causal = true)]
[Method("deberta", "Disentangled attention (DeBERTa)", Family.RelativePositions, 2021,
    Paper = "He, Liu, Gao, Chen, DeBERTa: Decoding-enhanced BERT with Disentangled Attention, ICLR 2021, arXiv 2006.03654",
    Complexity = "O(tokens²)", System = "positions")]
public sealed class DisentangledAttention : TokenMixer
{
    /// <summary>Attention with fresh weights.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public DisentangledAttention(TokenMixerShape shape, DisentangledAttentionOptions options)
    {
        Heads = new DisentangledHeads(shape, options);
        OutputProjection = new Linear(shape.Heads * shape.HeadWidth, shape.Width);
    }

    private DisentangledHeads Heads { get; }

    private Linear OutputProjection { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => OutputProjection.Call(Heads.Call(tokens, mask));
}
