using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Downsampling;

/// <summary>
/// A strided convolution, the same for keys and values, in which every head has a kernel of its own (Liu et al., ICLR 2018, arXiv 1801.10198,
/// section 4.2.4).
/// </summary>
[Formula(
    "K'_m = b + sum_(u=0..w-1) K_(m s + u) W_u, V' alike",
    Where = "K', V': (batch, heads, slots, d); W: kernel of a head, (heads, w, d, d); b: (heads, d); m: slot; u: place in the window; "
        + "w: window; s: stride")]
[Method("window-convolution", "Convolution of keys and values", Family.Downsampling, 2018,
    System = "memory-compressed",
    Paper = "Liu, Saleh, Pot, Goodrich, Sepassi, Kaiser, Shazeer, Generating Wikipedia by Summarizing Long Sequences, ICLR 2018, arXiv 1801.10198",
    Complexity = "O(tokens · kernel / stride)")]
public sealed class WindowConvolution : WindowReducer
{
    private readonly int _heads;

    /// <summary>A convolution with fresh weights.</summary>
    public WindowConvolution(AttentionShape shape, WindowReducerOptions options) : base(options)
    {
        _heads = shape.Heads;
        var (width, fanIn) = (shape.Heads * shape.HeadWidth, shape.HeadWidth * options.Kernel);
        Weight = Initialization.InverseFanIn(Parameter.Empty(width, shape.HeadWidth, options.Kernel), fanIn);
        Bias = Initialization.InverseFanIn(Parameter.Empty(width), fanIn);
    }

    /// <summary>(heads · head width, head width, kernel), as of a convolution in as many groups as heads.</summary>
    private Parameter Weight { get; }

    /// <summary>(heads · head width).</summary>
    private Parameter Bias { get; }

    /// <inheritdoc/>
    protected override Tensor Pool(Tensor tokens)
    {
        // A product of matrices per head: libtorch's grouped convolution goes group by group and cannot use one.
        var windows = TokenWindows.Of(tokens, Kernel, Stride).Transpose(0, 1);
        var (batch, count) = (tokens.Size(0), windows.Size(2));
        var kernels = Weight.View([_heads, -1, windows.Size(3) * Kernel]).Transpose(1, 2);
        var pooled = Bias.View([_heads, 1, -1]).Baddbmm(windows.Reshape([_heads, batch * count, -1]), kernels);
        return pooled.View([_heads, batch, count, -1]).Transpose(0, 1);
    }
}
