using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Blocks.Layers;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Makes the parts of one stack of a Transformer as its options say.</summary>
/// <param name="options">What they are.</param>
/// <param name="tokens">Most tokens of a text.</param>
/// <param name="side">Where the stack stands.</param>
internal class TransformerParts(TransformerOptions options, int tokens, StackSide side)
{
    private readonly PositionEncoding? _position = options.Position?.Build(new PositionShape(tokens, options.Width, options.Width / options.Heads, options.Heads));

    private readonly int _sublayersPerLayer = side == StackSide.Decoder ? 3 : 2;

    /// <summary>Where the stack stands.</summary>
    protected StackSide Side => side;

    /// <summary>Layers of the stack on the other side, for wirings that scale by depth.</summary>
    protected virtual int OtherLayers => options.Layers.Count;

    /// <summary>Whether layers and all that is in them go on with a text as if they saw all of it.</summary>
    internal static bool ReadOn<TBlock>(LayerStack<TBlock> layers, TextEmbedding embedding) where TBlock : Module =>
        layers.ReadsOn && layers.Modules().Concat(embedding.Modules()).All(item => item.Module switch
        {
            TokenMixer mixer => mixer.ReadsOn,
            ChannelMixer mixer => mixer.IsTokenwise,
            PositionEncoding positions => positions.ReadsOn,
            _ => true,
        });

    /// <summary>What is added to the tokens before the first block; null when positions work elsewhere.</summary>
    internal PositionEncoding? TokenPositions => _position?.Place == PositionPlace.Tokens ? _position : null;

    /// <summary>Whether tokens stand where the caller says.</summary>
    internal bool TakesPositions => _position is { TakesPositions: true };

    /// <summary>Whether something is added to tokens by the place that they are counted to, wherever the caller says that they stand.</summary>
    internal bool CountsTokens => TokenPositions is { TakesPositions: false };

    /// <summary>The embedding of the tokens.</summary>
    /// <param name="shape">The sizes of the texts.</param>
    /// <param name="table">The table of another embedding to be shared; null for one of its own.</param>
    internal TextEmbedding Embedding(LanguageShape shape, Embedding? table = null) => new(shape, options, TokenPositions, table);

    /// <summary>An embedding of another width, whose positions are as wide.</summary>
    internal TextEmbedding Embedding(LanguageShape shape, TransformerOptions embedding) =>
        new(shape, embedding, TokenPositions is null ? null : options.Position!.Build(new PositionShape(tokens, embedding.Width, embedding.Width)));

    /// <summary>The map to the scores of the vocabulary.</summary>
    internal virtual VocabularyHead Head(TextEmbedding embedding)
    {
        var head = new VocabularyHead(embedding.Table, options.TiesEmbeddings, options.OutputBias);
        if (options is { TiesEmbeddings: false, InitialDeviation: { } deviation })
            NormalWeights.Draw(head, deviation);
        return head;
    }

    /// <summary>A stack of layers of self-attention.</summary>
    internal LayerStack<EncoderBlock> Encoder() => Stack(EncoderLayer);

    /// <summary>The normalisation behind the last layer; null where layers normalise their outputs.</summary>
    internal virtual NormalizationLayer? LastNorm() => Wiring().NormalizesOutput ? null : Norm();

    /// <summary>A normalisation of vectors of a width.</summary>
    internal NormalizationLayer Norm(int width) => options.Norm.Build(new NormalizationShape(width));

    /// <summary>A layer of self-attention.</summary>
    /// <param name="layer">Its number, from 0.</param>
    protected virtual EncoderBlock EncoderLayer(int layer) =>
        new(Wired(SelfAttention(layer), out var mixing), mixing, Wired(FeedForward(), out var feeding), feeding);

    /// <summary>What lets the tokens of a text see each other.</summary>
    /// <param name="layer">The number of the layer, from 0.</param>
    protected virtual TokenMixer SelfAttention(int layer) =>
        options.Attention.Build(MixerShape(layer) with { Position = TokenPositions is null ? options.Position : null });

    /// <summary>What works inside each token.</summary>
    protected ChannelMixer FeedForward() =>
        options.FeedForward.Build(new ChannelMixerShape(options.Width, options.FeedForwardWidth, options.HiddenDropout ?? options.Dropout));

    /// <summary>The sizes of a mixer, which does not know positions.</summary>
    /// <param name="layer">The number of the layer, from 0.</param>
    protected virtual TokenMixerShape MixerShape(int layer) =>
        new(tokens, options.Width, options.Heads, options.AttentionDropout ?? options.Dropout) { Layer = layer };

    /// <summary>The normalisation of the options.</summary>
    protected NormalizationLayer Norm() => Norm(options.Width);

    /// <summary>A stack of layers, each made from its number.</summary>
    protected LayerStack<TBlock> Stack<TBlock>(Func<int, TBlock> block) where TBlock : Module =>
        options.Layers.Build(options.Width, block, Norm, Wiring().NormalizesOutput);

    /// <summary>A sublayer and its wiring, which may want its fresh weights smaller.</summary>
    protected TSublayer Wired<TSublayer>(TSublayer sublayer, out Wiring wiring) where TSublayer : Module
    {
        wiring = Wiring();
        if (options.InitialDeviation is { } deviation)
            NormalWeights.Draw(sublayer, deviation, options.ScalesOutputsByDepth ? deviation / Math.Sqrt(_sublayersPerLayer * options.Layers.Count) : null);
        if (wiring.Gain == 1)
            return sublayer;
        using var unrecorded = Autograd.NoGrad();
        foreach (var weight in sublayer.Modules().Select(item => item.Module).OfType<IValuePath>().SelectMany(path => path.ValuePath))
            weight.MulInPlace(wiring.Gain);
        return sublayer;
    }

    private Wiring Wiring() => options.Wiring.Build(
        new WiringShape(options.Width, options.Norm, options.Dropout, options.Layers.Count) { Side = side, OtherLayers = OtherLayers });
}
