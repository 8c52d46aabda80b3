using Anyformer.Attention;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>Encoder blocks one after the other, with a normalisation behind the last where there is one: (batch, tokens, width) to the same.</summary>
public sealed class Encoder(IEnumerable<EncoderBlock> blocks, NormalizationLayer? norm = null) : Module
{
    private ModuleList<EncoderBlock> Blocks { get; } = new(blocks);

    private NormalizationLayer? Norm { get; } = norm;

    /// <summary>The tokens after all blocks.</summary>
    /// <param name="tokens">(batch, tokens, width).</param>
    /// <param name="mask">What the mixers may not see; see <see cref="TokenMixer.Call"/>.</param>
    public Tensor Call(Tensor tokens, AttentionMask? mask = null)
    {
        using var scope = new TensorScope(this);
        var mixed = Blocks.Aggregate(tokens, (current, block) => block.Call(current, mask));
        return scope.Keep(Norm is null ? mixed : Norm.Call(mixed));
    }
}
