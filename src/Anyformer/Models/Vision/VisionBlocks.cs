using Anyformer.Attention;
using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;

namespace Anyformer.Models.Vision;

/// <summary>Builds the blocks of a <see cref="VisionEncoder"/> from its options.</summary>
/// <param name="options">The options.</param>
/// <param name="tokens">Tokens of an image of the size that the model is built for.</param>
internal sealed class VisionBlocks(VisionEncoderOptions options, int tokens)
{
    internal ModuleList<EncoderBlock> Build()
    {
        var dropPath = DropPath.Rising(options.DropPath, options.Layers);
        return ModuleList<EncoderBlock>.Of(options.Layers, i => new EncoderBlock(Mixer(), Wiring(dropPath[i]), FeedForward(), Wiring(dropPath[i])));
    }

    internal NormalizationLayer Norm() => options.Norm.Build(new NormalizationShape(options.Width));

    private ChannelMixer FeedForward() => options.FeedForward.Build(new ChannelMixerShape(options.Width, options.HiddenWidth, options.Dropout));

    private ScaledPreNorm Wiring(double dropPath) => new(
        Norm(), options.LayerScale is { } initial ? new LayerScale(options.Width, initial) : null, options.Dropout, dropPath);

    private TokenMixer Mixer()
    {
        var shape = new TokenMixerShape(tokens, options.Width, options.Heads, options.AttentionDropout);
        if (!MethodCatalog.Get<TokenMixer>(options.Attention.Kind).CanPlay(typeof(AttentionFunction)))
            return options is { QueryKeyNorm: false, QueryBias: true }
                ? options.Attention.Build(shape)
                : throw new UserException($"The token mixer '{options.Attention.Kind}' has projections of its own: query-key-norm and query-bias do not reach"
                    + " into them; leave both as they are, or choose an attention function.");
        var function = MethodCatalog.Get<AttentionFunction>(options.Attention.Kind).Build<AttentionFunction>(shape.OfFunction, options.Attention.Options);
        if (options.QueryKeyNorm)
            function = new QueryKeyNorm(function, HeadNorm(shape), HeadNorm(shape));
        return new MultiHeadAttention(shape, function, options.QueryBias);
    }

    private NormalizationLayer HeadNorm(TokenMixerShape shape) => options.Norm.Build(new NormalizationShape(shape.HeadWidth));
}
