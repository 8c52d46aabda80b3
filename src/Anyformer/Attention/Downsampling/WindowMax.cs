using Anyformer.Catalog;
using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>The largest of every window, channel by channel (Zhang et al., ICML 2021, arXiv 2105.04371, section 3.2).</summary>
[Formula(
    "K'_m = max_(u=0..w-1) K_(m s + u), V' alike, channel by channel",
    Where = "K', V': (batch, heads, slots, d); m: slot; u: place in the window; w: window; s: stride")]
[Method("window-max", "Max pooling of keys and values", Family.Downsampling, 2021,
    Paper = "Zhang, Gong, Shen, Li, Lv, Duan, Chen, Poolingformer: Long Document Modeling with Pooling Attention, ICML 2021, arXiv 2105.04371",
    Complexity = "O(tokens · kernel / stride)")]
public sealed class WindowMax : WindowReducer
{
    /// <summary>Pooling for any shape.</summary>
    public WindowMax(AttentionShape shape, WindowReducerOptions options) : base(options) => _ = shape;

    /// <inheritdoc/>
    protected override Tensor Pool(Tensor tokens) => tokens.MaxPool2d([Kernel, 1], [Stride, 1]);
}
