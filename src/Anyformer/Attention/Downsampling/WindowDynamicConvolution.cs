using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>
/// A weighted mean of every window whose weights are a softmax of a linear map of the token at its centre: lightweight dynamic convolution
/// (Zhang et al., ICML 2021, arXiv 2105.04371, section 3.2, after Wu et al., ICLR 2019, arXiv 1901.10430). The map is the same for keys,
/// values and all heads.
/// </summary>
[Formula(
    "K'_m = sum_(u=0..w-1) softmax(K_(m s + floor(w / 2)) G)_u K_(m s + u), V' alike",
    Where = "K', V': (batch, heads, slots, d); G: (d, w), with a bias; m: slot; u: place in the window; w: window; s: stride")]
[Method("window-dynamic-convolution", "Dynamic convolution of keys and values", Family.Downsampling, 2021,
    System = "poolingformer",
    Paper = "Zhang, Gong, Shen, Li, Lv, Duan, Chen, Poolingformer: Long Document Modeling with Pooling Attention, ICML 2021, arXiv 2105.04371",
    Complexity = "O(tokens · kernel / stride)")]
public sealed class WindowDynamicConvolution : WindowReducer
{
    /// <summary>A reducer with fresh weights.</summary>
    public WindowDynamicConvolution(AttentionShape shape, WindowReducerOptions options) : base(options) =>
        Weights = new Linear(shape.HeadWidth, options.Kernel);

    private Linear Weights { get; }

    /// <inheritdoc/>
    protected override Tensor Pool(Tensor tokens)
    {
        var windows = TokenWindows.Of(tokens, Kernel, Stride);
        var centres = tokens[.., .., TensorIndex.Slice(Kernel / 2, step: Stride)].Narrow(2, 0, windows.Size(2));
        return (windows * Weights.Call(centres).Softmax(-1).Unsqueeze(-2)).Sum([-1]);
    }
}
