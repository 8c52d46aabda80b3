using Anyformer.Attention;
using Anyformer.Attention.Softmax;
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
internal sealed class TransformerParts(TransformerOptions options, int tokens, StackSide side)
{
    private readonly PositionEncoding? _position = options.Position?.Build(new PositionShape(tokens, options.Width, options.Width / options.Heads, options.Heads));

    private readonly int _sublayersPerLayer = side == StackSide.Decoder ? 3 : 2;

    private double AttentionDropout => options.AttentionDropout ?? options.Dropout;

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

    /// <summary>The embedding of the tokens.</summary>
    internal TextEmbedding Embedding(LanguageShape shape) => new(shape, options, TokenPositions);

    /// <summary>The map to the scores of the vocabulary.</summary>
    internal VocabularyHead Head(TextEmbedding embedding)
    {
        var head = new VocabularyHead(embedding.Table, options.TiesEmbeddings);
        if (options is { TiesEmbeddings: false, InitialDeviation: { } deviation })
            NormalWeights.Draw(head, deviation);
        return head;
    }

    /// <summary>A stack of layers of self-attention.</summary>
    internal LayerStack<EncoderBlock> Encoder() =>
        Stack(layer => new EncoderBlock(Mixer(layer, out var mixing), mixing, FeedForward(out var feeding), feeding));

    /// <summary>A stack of layers of self-attention and attention to an encoder.</summary>
    internal LayerStack<DecoderBlock> Decoder() => Stack(layer => new DecoderBlock(
        Mixer(layer, out var mixing), mixing, CrossAttention(out var crossing), crossing, FeedForward(out var feeding), feeding));

    /// <summary>The normalisation behind the last layer; null where layers normalise their outputs.</summary>
    internal NormalizationLayer? LastNorm() => Wiring().NormalizesOutput ? null : Norm();

    private LayerStack<TBlock> Stack<TBlock>(Func<int, TBlock> block) where TBlock : Module =>
        options.Layers.Build(options.Width, block, Norm, Wiring().NormalizesOutput);

    private TokenMixer Mixer(int layer, out Wiring wiring)
    {
        var shape = new TokenMixerShape(tokens, options.Width, options.Heads, AttentionDropout)
        {
            Layer = layer,
            Position = TokenPositions is null ? options.Position : null,
        };
        return Wired(options.Attention.Build(shape), out wiring);
    }

    private MultiHeadAttention CrossAttention(out Wiring wiring) =>
        Wired(new MultiHeadAttention(options.Width, options.Heads, new SoftmaxAttention(AttentionDropout)), out wiring);

    private ChannelMixer FeedForward(out Wiring wiring) =>
        Wired(options.FeedForward.Build(new ChannelMixerShape(options.Width, options.FeedForwardWidth, options.HiddenDropout ?? options.Dropout)), out wiring);

    /// <summary>A sublayer and its wiring, which may want its fresh weights smaller.</summary>
    private TSublayer Wired<TSublayer>(TSublayer sublayer, out Wiring wiring) where TSublayer : Module
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
        new WiringShape(options.Width, options.Norm, options.Dropout, options.Layers.Count) { Side = side, OtherLayers = options.Layers.Count });

    private NormalizationLayer Norm() => options.Norm.Build(new NormalizationShape(options.Width));
}
