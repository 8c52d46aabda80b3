using Anyformer.Blocks;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Pyramids;

/// <summary>A mixer of places and a feed-forward part, normalised before and added after: (batch, height, width, channels) to the
/// same.</summary>
internal sealed class PyramidBlock : TensorModule
{
    internal PyramidBlock(int width, TensorModule mixer, TensorModule feedForward, double dropPath, double dropout, double epsilon = 1e-5)
    {
        (Mixer, FeedForward) = (mixer, feedForward);
        MixerWiring = new ScaledPreNorm(new LayerNorm(width, epsilon), scale: null, dropout, dropPath);
        FeedForwardWiring = new ScaledPreNorm(new LayerNorm(width, epsilon), scale: null, dropout, dropPath);
    }

    private TensorModule Mixer { get; }

    private ScaledPreNorm MixerWiring { get; }

    private TensorModule FeedForward { get; }

    private ScaledPreNorm FeedForwardWiring { get; }

    protected override Tensor Forward(Tensor input) => FeedForwardWiring.Call(MixerWiring.Call(input, Mixer.Call), FeedForward.Call);
}
