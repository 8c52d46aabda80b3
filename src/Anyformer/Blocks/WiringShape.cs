using Anyformer.Normalization;
using Anyformer.Recipes;

namespace Anyformer.Blocks;

/// <summary>Where a stack of layers stands.</summary>
public enum StackSide
{
    /// <summary>Alone.</summary>
    Alone,

    /// <summary>Before a decoder, which attends to it.</summary>
    Encoder,

    /// <summary>Behind an encoder, which it attends to.</summary>
    Decoder,
}

/// <summary>What the wiring of a sublayer is built for.</summary>
/// <param name="Width">Width of a token.</param>
/// <param name="Norm">The normalisation that the wiring places, where it places one.</param>
/// <param name="Dropout">Probability of dropout on a sublayer's output.</param>
/// <param name="Layers">Layers of the stack that the sublayer is in, for wirings that scale by depth.</param>
public sealed record WiringShape(int Width, Part<NormalizationLayer> Norm, double Dropout = 0, int Layers = 1)
{
    /// <summary>Where that stack stands.</summary>
    public StackSide Side { get; init; }

    /// <summary>Layers of the stack on the other side, where there is one.</summary>
    public int OtherLayers { get; init; }
}
