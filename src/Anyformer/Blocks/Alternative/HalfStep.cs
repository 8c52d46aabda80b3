using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Torch;

namespace Anyformer.Blocks.Alternative;

/// <summary>
/// Half of what a channel mixer gives: one of the two half steps of feed-forward around attention of a Macaron net
/// (Lu, Li, He, Sun, Dong, Qin, Wang, Liu 2019, arXiv 1906.02762, section 4).
/// </summary>
[Formula(
    "y = f(x) / 2",
    "a block: a = x + f1(x) / 2, b = a + attention(a), y = b + f2(b) / 2, each in its wiring",
    Where = "f: a channel mixer, (width) to the same; a, b: (width)")]
[Method("macaron", "Half steps of feed-forward (Macaron)", Family.AlternativeBlocks, 2019, System = "architectures",
    Paper = "Lu, Li, He, Sun, Dong, Qin, Wang, Liu, Understanding and Improving Transformer From a Multi-Particle Dynamic System Point of View, 2019, arXiv 1906.02762",
    Complexity = "O(tokens)")]
public sealed class HalfStep(ChannelMixer inner) : ChannelMixer
{
    private ChannelMixer Inner { get; } = inner;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Inner.Call(input) * 0.5;
}
