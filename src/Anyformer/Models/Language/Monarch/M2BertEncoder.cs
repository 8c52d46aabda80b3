using Anyformer.Attention;
using Anyformer.Attention.LongConvolutions;
using Anyformer.Blocks;
using Anyformer.FeedForward;
using Anyformer.FeedForward.Monarch;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Monarch;

/// <summary>A layer of <see cref="M2BertEncoder"/>: a mixer without skip connection and norm, and a feed-forward part with both.</summary>
internal sealed class M2BertLayer(TokenMixer mixer, ChannelMixer feedForward, PostNorm wiring) : Module
{
    private TokenMixer Mixer { get; } = mixer;

    private ChannelMixer FeedForward { get; } = feedForward;

    private PostNorm FeedForwardWiring { get; } = wiring;

    internal Tensor Call(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        return scope.Keep(Recomputation.Call(this, [tokens, .. AttentionMask.TensorsOf(mask)],
            given => FeedForwardWiring.Call(Mixer.Call(given[0]!, mask?.With(given.AsSpan(1))), FeedForward.Call)));
    }
}

/// <summary>The layers of <see cref="M2Bert"/>, and what makes one vector of a text.</summary>
public sealed class M2BertEncoder : Module
{
    private readonly M2BertOptions _options;
    private readonly int _tokens;

    /// <summary>An encoder with fresh weights.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">Positions of a filter are told by an even number.</exception>
    public M2BertEncoder(LanguageShape shape, M2BertOptions options)
    {
        (_options, _tokens) = (options, shape.Tokens);
        Tokens = new Embedding(shape.Vocabulary, options.Width, options.PaddingToken);
        Types = new Embedding(options.Types, options.Width);
        Positions = options.Positions ? new Embedding(shape.Tokens, options.Width) : null;
        Norm = new LayerNorm(options.Width, options.NormEpsilon);
        Dropout = new Dropout(options.Dropout);
        Layers = ModuleList<M2BertLayer>.Of(options.Layers, _ => Layer(options, shape.Tokens));
        Pooler = options.Pooling is null ? null : new Linear(options.Width, options.Width);
    }

    /// <summary>Whether a text may say of each token which of two texts it belongs to.</summary>
    internal bool TakesTypes => _options.Types > 1;

    internal Embedding Tokens { get; }

    private Embedding Types { get; }

    private Embedding? Positions { get; }

    private LayerNorm Norm { get; }

    private Dropout Dropout { get; }

    private ModuleList<M2BertLayer> Layers { get; }

    private Linear? Pooler { get; }

    /// <summary>The vectors of the tokens behind the last layer, (batch, tokens, width).</summary>
    /// <param name="text">The texts.</param>
    /// <exception cref="UserException">A text is longer than the model was built for, or names positions.</exception>
    public Tensor Call(TextInput text)
    {
        text.RefusePositions(nameof(M2Bert));
        var count = text.Tokens.Size(1);
        if (count > _tokens)
            throw new UserException($"The model was built for texts of {_tokens} tokens, found {count}.");
        using var scope = new TensorScope();
        var vectors = Tokens.Call(text.Tokens) + Types.Call(text.Types ?? text.Tokens.NewZeros([1, 1]));
        if (Positions is not null)
            vectors += Positions.Call(TokenPositions.Range(0, count, text.Tokens.Device));
        var mask = text.Real is null || _options.SeesPadding ? null : AttentionMask.OfTokens(text.Real);
        return scope.Keep(Layers.Aggregate(Dropout.Call(Norm.Call(vectors)), (states, layer) => layer.Call(states, mask)));
    }

    /// <summary>One vector for each text, (batch, width).</summary>
    /// <param name="states">What <see cref="Call"/> gives.</param>
    /// <param name="real">True at tokens, false at padding, (batch, tokens); null when there is none.</param>
    /// <exception cref="UserException">The options name no pooling.</exception>
    public Tensor CallPooled(Tensor states, Tensor? real = null)
    {
        if (Pooler is null)
            throw new UserException("This M2-BERT makes no vector of a text; build it with an option 'pooling' of first or mean.");
        using var scope = new TensorScope();
        return scope.Keep(Pooler.Call(_options.Pooling == TextPooling.First ? states.Select(1, 0) : Mean(states, real)).Tanh());
    }

    private static Tensor Mean(Tensor states, Tensor? real)
    {
        if (real is null)
            return states.Mean([1]);
        var counted = real.To(states.DType).Unsqueeze(-1);
        return (states * counted).Sum([1]) / counted.Sum([1]);
    }

    private static M2BertLayer Layer(M2BertOptions options, int tokens)
    {
        var shape = new TokenMixerShape(tokens, options.Width, 1);
        TokenMixer mixer = options.Bidirectional ? new MonarchMixer(shape, options.Mixer) : new CausalMonarchMixer(shape, options.Mixer);
        var channels = new ChannelMixerShape(options.Width, options.FeedForwardWidth, options.Dropout);
        ChannelMixer feedForward = options.Gated
            ? new GatedBlockDiagonalFeedForward(channels, new GatedBlockDiagonalFeedForwardOptions { Blocks = options.MatrixBlocks })
            : new BlockDiagonalFeedForward(channels, new BlockDiagonalFeedForwardOptions { Blocks = options.MatrixBlocks, HiddenBias = false });
        return new M2BertLayer(mixer, feedForward, new PostNorm(new LayerNorm(options.Width, options.NormEpsilon)));
    }
}
