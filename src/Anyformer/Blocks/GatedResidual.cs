using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>
/// A gated recurrent unit joins what comes out of a sublayer to the tokens, in place of the sum: <c>GRU(f(norm(x)), scale x)</c> (Parisotto et al., ICML 2020,
/// GTrXL, arXiv 1910.06764, section 3.2; the learned scale is that of x-transformers).
/// </summary>
[Formula(
    "z = f(norm(x)), u = s ⊙ x",
    "r = σ(W_r z + U_r u), g = σ(W_g z + U_g u), c = tanh(W_c z + r ⊙ U_c u), with biases",
    "y = (1 - g) ⊙ c + g ⊙ u",
    Where = "z: (width); u: (width); s: learned, (width); r, g, c: reset gate, update gate, candidate, (width); W, U: (width, width)")]
[Method("gated-residual", "Gated residual (GRU)", Family.Wiring, 2020,
    Paper = "Parisotto et al., Stabilizing Transformers for Reinforcement Learning, ICML 2020, arXiv 1910.06764", Complexity = "O(tokens)", System = "norms", Aliases = ["gated"])]
public sealed class GatedResidual : Wiring
{
    /// <summary>A wiring around a normalisation.</summary>
    /// <param name="width">Width of a token.</param>
    /// <param name="norm">The normalisation before the sublayer.</param>
    /// <param name="scaled">Whether the tokens are scaled, channel by channel, before they meet the gate.</param>
    /// <param name="dropout">Probability of dropout on the sublayer's output.</param>
    public GatedResidual(long width, NormalizationLayer norm, bool scaled = true, double dropout = 0)
    {
        Norm = norm;
        ResidualScale = scaled ? Initialization.Constant(Parameter.Empty(width), 1) : null;
        Input = new Linear(width, 3 * width);
        State = new Linear(width, 3 * width);
        Dropout = new Dropout(dropout);
    }

    /// <summary>A wiring as a part of a host.</summary>
    public GatedResidual(WiringShape shape) : this(shape.Width, shape.Norm.Build(new NormalizationShape(shape.Width)), scaled: true, shape.Dropout) { }

    private NormalizationLayer Norm { get; }

    private Parameter? ResidualScale { get; }

    /// <summary>To reset gate, update gate and candidate.</summary>
    private Linear Input { get; }

    private Linear State { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer)
    {
        var state = ResidualScale is null ? tokens : tokens * ResidualScale;
        var given = Dropout.Call(sublayer(Norm.Call(tokens)));
        return Functional.GruCell(given.Flatten(0, -2), state.Flatten(0, -2), Input.Weight, State.Weight, Input.Bias, State.Bias).View(tokens.Shape);
    }
}
