using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.Star;

/// <summary>Options of <see cref="StarTransformer"/>.</summary>
public sealed record StarTransformerOptions
{
    /// <summary>Rounds of messages between neighbours and the relay.</summary>
    [Description("rounds of messages between neighbours and the relay"), Range(1, 1000)]
    public int Layers { get; init; } = 2;

    /// <summary>Most tokens, for learned positions; null for none.</summary>
    [Description("most tokens, for learned positions; without it, no positions"), Range(1, 1 << 20)]
    public int? Positions { get; init; }
}

/// <summary>
/// Every token sees its two neighbours and a relay, and the relay sees all tokens (Guo et al., NAACL 2019, arXiv 1902.09113, section 3). As in the
/// authors' code the tokens are a path and not a ring, their ends see a key of zeros, and there is no skip connection.
/// </summary>
[Formula(
    "z = norm(x), x'_i = leaky-relu(attention(z_i; z_(i-1), z_i, z_(i+1), e_i, r))",
    "r' = leaky-relu(attention(r; r, x'_1 ... x'_n)), at first r = mean_i e_i",
    Where = "x: a token, (width), at first e; z: (width); e: its embedding, (width); r: relay, (width)")]
[Claims(Growth = 1, Leaks = Leaks.Padding, Caveat = "The relay starts as the mean of all tokens, padding among them, as the authors' code has it.")]
[Method("star-transformer", "Star-Transformer", Family.FixedPatterns, 2019,
    Paper = "Guo, Qiu, Liu, Shao, Xue, Zhang, Star-Transformer, NAACL 2019, arXiv 1902.09113", Complexity = "O(tokens)")]
public sealed class StarTransformer : TokenMixer
{
    private readonly int? _positions;

    /// <summary>A mixer of tokens with fresh weights. Nobody asks its relay after the last round, so there is none then.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public StarTransformer(TokenMixerShape shape, StarTransformerOptions options) : this(shape, options, options.Layers - 1) { }

    private StarTransformer(TokenMixerShape shape, StarTransformerOptions options, int relays)
    {
        _positions = options.Positions;
        PositionEmbedding = _positions is { } most ? Initialization.Normal(Parameter.Empty(most, shape.Width)) : null;
        Dropout = new Dropout(shape.Dropout);
        Norms = ModuleList<LayerNorm>.Of(options.Layers, _ => new LayerNorm(shape.Width, 1e-6));
        Neighbours = ModuleList<NeighbourAttention>.Of(options.Layers, _ => new NeighbourAttention(shape));
        Relays = ModuleList<RelayAttention>.Of(relays, _ => new RelayAttention(shape));
    }

    /// <summary>(most tokens, width).</summary>
    private Parameter? PositionEmbedding { get; }

    private Dropout Dropout { get; }

    private ModuleList<LayerNorm> Norms { get; }

    private ModuleList<NeighbourAttention> Neighbours { get; }

    private ModuleList<RelayAttention> Relays { get; }

    /// <summary>An encoder whose relay stands for the whole sample in the end.</summary>
    /// <exception cref="UserException">The inner width is no multiple of the heads.</exception>
    public static StarTransformer Encoder(TokenMixerShape shape, StarTransformerOptions options) => new(shape, options, options.Layers);

    /// <summary>The tokens, (batch, tokens, width), and the relay, (batch, width), after the rounds that have one.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">Padding; no other mask.</param>
    /// <exception cref="UserException">The mask is causal or one of pairs, or there are more tokens than positions.</exception>
    public (Tensor Tokens, Tensor Relay) CallWithRelay(Tensor tokens, AttentionMask? mask = null)
    {
        mask?.RefuseCausal("The Star-Transformer");
        mask?.RefusePairs("The Star-Transformer");
        if (tokens.Size(1) > _positions)
            throw new UserException($"The Star-Transformer has positions for {_positions} tokens, found {tokens.Size(1)}.");
        using var scope = new TensorScope();
        var real = mask?.Keys?.Unsqueeze(-1);
        var embedded = Dropout.Call(PositionEmbedding is null ? tokens : tokens + PositionEmbedding.Narrow(0, 0, tokens.Size(1)));
        var (nodes, relay) = (embedded, embedded.Mean([1], keepdim: true));
        for (var layer = 0; layer < Norms.Count; layer++)
        {
            nodes = Neighbours[layer].Call(Norms[layer].Call(nodes), embedded, relay).LeakyRelu();
            if (layer < Relays.Count)
                relay = Relays[layer].Call(relay, nodes, mask?.Keys).LeakyRelu();
            if (real is not null)
                nodes = nodes.MaskedFill(!real, 0);
        }

        return (scope.Keep(nodes), scope.Keep(relay.Squeeze(1)));
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask) => CallWithRelay(tokens, mask).Tokens;
}
