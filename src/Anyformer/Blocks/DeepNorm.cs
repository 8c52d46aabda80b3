using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>How DeepNorm scales a stack: the skip connection by alpha, and fresh weights of values, outputs and feed-forward parts by beta.</summary>
/// <param name="Alpha">What the skip connection is multiplied by.</param>
/// <param name="Beta">The gain of those weights.</param>
public readonly record struct DeepNormScale(double Alpha, double Beta)
{
    /// <summary>Of the stack that a sublayer is in.</summary>
    public static DeepNormScale Of(WiringShape shape) => shape.Side switch
    {
        StackSide.Encoder => Encoder(shape.Layers, shape.OtherLayers),
        StackSide.Decoder => Decoder(shape.Layers),
        _ => Alone(shape.Layers),
    };

    /// <summary>Of a stack alone, encoder or decoder.</summary>
    public static DeepNormScale Alone(int layers) => new(Math.Pow(2 * layers, 0.25), Math.Pow(8 * layers, -0.25));

    /// <summary>Of an encoder before a decoder.</summary>
    public static DeepNormScale Encoder(int encoderLayers, int decoderLayers)
    {
        var root = Math.Pow(Math.Pow(encoderLayers, 4) * decoderLayers, 0.0625);
        return new DeepNormScale(0.81 * root, 0.87 / root);
    }

    /// <summary>Of a decoder after an encoder.</summary>
    public static DeepNormScale Decoder(int decoderLayers) => new(Math.Pow(3 * decoderLayers, 0.25), Math.Pow(12 * decoderLayers, -0.25));
}

/// <summary><c>norm(alpha x + dropout(f(x)))</c>: post-norm with a stronger skip connection, for hundreds of layers (Wang et al. 2022, arXiv 2203.00555).</summary>
[Formula("Y = norm(α X + f(X)), α = (2 L)^(1/4)", Where = "α: one number")]
[Method("deep-norm", "DeepNorm", Family.Wiring, 2022,
    Paper = "Wang, Ma, Dong, Huang, Zhang, Wei, DeepNet: Scaling Transformers to 1,000 Layers, 2022, arXiv 2203.00555", Complexity = "O(tokens)",
    System = "norms")]
public sealed class DeepNorm(NormalizationLayer norm, DeepNormScale scale, double dropout = 0) : Wiring
{

    /// <summary>A wiring as a part of a host.</summary>
    public DeepNorm(WiringShape shape) : this(shape.Norm.Build(new NormalizationShape(shape.Width)), DeepNormScale.Of(shape), shape.Dropout) { }

    /// <inheritdoc/>
    public override bool NormalizesOutput => true;

    /// <inheritdoc/>
    public override double Gain => scale.Beta;

    private NormalizationLayer Norm { get; } = norm;

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) => Norm.Call(tokens * scale.Alpha + Dropout.Call(sublayer(tokens)));
}
