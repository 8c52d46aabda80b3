using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>
/// <c>x + dropout(scale f(x))</c> without any normalisation; the scale is learned and starts at 0, so that every layer starts as the identity
/// (Bachlechner et al., UAI 2021, arXiv 2003.04887). The authors share one scale among the sublayers of a layer: the same wiring for all of them.
/// </summary>
[Formula("Y = X + a f(X)", Where = "a: learned, one number, 0 at first")]
[Method("rezero", "ReZero", Family.Wiring, 2021,
    Paper = "Bachlechner, Majumder, Mao, Cottrell, McAuley, ReZero is All You Need: Fast Convergence at Large Depth, UAI 2021, arXiv 2003.04887",
    Complexity = "O(tokens)", System = "norms")]
public sealed class ReZero(double dropout = 0) : Wiring
{
    /// <summary>A wiring as a part of a host.</summary>
    public ReZero(WiringShape shape) : this(shape.Dropout) { }

    /// <summary>(1).</summary>
    private Parameter Scale { get; } = Initialization.Constant(Parameter.Empty(1), 0);

    private Dropout Dropout { get; } = new(dropout);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer) => tokens + Dropout.Call(sublayer(tokens) * Scale);
}
