using Anyformer.Attention;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Vision.Pyramids;

/// <summary>A token mixer over the places of a map, row by row: (batch, height, width, channels) to the same.</summary>
internal sealed class MapMixer : TensorModule
{
    internal MapMixer(TokenMixer mixer) => Mixer = mixer;

    private TokenMixer Mixer { get; }

    protected override Tensor Forward(Tensor input) => Mixer.Call(input.Flatten(1, 2)).Unflatten(1, [input.Size(1), input.Size(2)]);
}
