using Anyformer.Attention;
using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>
/// Attention between the patches of a variate: a patch is a token, and every channel is a head
/// (Chen et al., ICLR 2024, arXiv 2402.05956, section 3.1).
/// </summary>
public sealed class InterPatchAttention : TensorModule
{
    private readonly int _patches;
    private readonly int _tokenWidth;

    /// <summary>Attention between <paramref name="patches"/> patches of <paramref name="patchSize"/> steps.</summary>
    public InterPatchAttention(int patches, int patchSize, int width, double dropout)
    {
        (_patches, _tokenWidth) = (patches, patchSize * width);
        Embedding = new Linear(_tokenWidth, _tokenWidth);
        Positions = Initialization.Uniform(Parameter.Empty(patches, _tokenWidth), -0.02, 0.02);
        Attention = new MultiHeadAttention(_tokenWidth, width, new ScaledAttention(patchSize));
        Dropout = new Dropout(dropout);
    }

    private Linear Embedding { get; }

    /// <summary>(patches, patch size * width).</summary>
    private Parameter Positions { get; }

    private MultiHeadAttention Attention { get; }

    private Dropout Dropout { get; }

    /// <summary>
    /// (batch, variates, steps, width) to the same. As published, what comes out for a variate, patch by patch, is read on as if it were
    /// (batch, steps, variates, width): variates and time are mixed there.
    /// </summary>
    protected override Tensor Forward(Tensor input)
    {
        var (batch, variates, steps, width) = (input.Size(0), input.Size(1), input.Size(2), input.Size(3));
        var patches = input.Reshape([batch * variates, _patches, _tokenWidth]);
        var tokens = Dropout.Call(Embedding.Call(patches) + Positions);
        return Dropout.Call(Attention.Call(tokens)).View([batch, steps, variates, width]).Transpose(1, 2);
    }

    /// <summary>Softmax attention whose scale lies in the checkpoint, though it is not trained.</summary>
    private sealed class ScaledAttention : AttentionFunction
    {
        private readonly double _usualScale;

        public ScaledAttention(int headWidth)
        {
            using var scope = new TensorScope();
            _usualScale = 1 / Math.Sqrt(headWidth);
            Scale = Tensor.From((float)_usualScale).OutliveScopes();
            Softmax = new SoftmaxAttention();
        }

        [Buffer]
        private Tensor Scale { get; }

        private SoftmaxAttention Softmax { get; }

        protected override Tensor Forward(Tensor queries, Tensor keys, Tensor values, AttentionMask? mask) =>
            Softmax.Call(queries * (Scale / _usualScale), keys, values, mask);
    }
}
