using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>
/// A deep unit of grouped linear maps that widens and narrows again; each map sees the projected input too, mixed in group by group
/// (DExTra: Mehta et al., ICLR 2021, arXiv 2008.00623, section 3.1; DeFINE: Mehta et al., ICLR 2020, arXiv 1911.12385).
/// (..., inputs) to (..., outputs).
/// </summary>
[Formula(
    "u = g_0(x), z_1 = g_1(u), z_(k+1) = g_(k+1)(mix(u, z_k)), y = g_out(mix(u, z_N))",
    Where = "x: (inputs); y: (outputs); u: projected input; z: what the maps give, wider to the middle and narrower again; "
        + "g: group-linear; k: map; N: maps")]
[Method("dextra", "DExTra unit (DeLighT, DeFINE)", Family.LightweightBlocks, 2021, System = "architectures",
    Paper = "Mehta, Ghazvininejad, Iyer, Zettlemoyer, Hajishirzi, DeLighT: Deep and Light-weight Transformer, ICLR 2021, arXiv 2008.00623",
    Complexity = "O(tokens)")]
public sealed class Dextra : TensorModule
{
    private readonly IReadOnlyList<GroupedMap> _plan;

    /// <summary>A unit of the maps of a plan.</summary>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="plan">The maps; the first one's inputs are the width that the input is projected to.</param>
    /// <param name="activation">The activation behind every map.</param>
    /// <param name="hasNorm">Whether every map's groups are normalised.</param>
    /// <param name="shuffles">Whether grouped maps shuffle their outputs.</param>
    /// <param name="bias">Whether the maps of the plan have biases.</param>
    /// <param name="dropout">Probability of dropout behind every map.</param>
    /// <exception cref="UserException">A width is no multiple of the groups.</exception>
    public Dextra(
        int inputs, IReadOnlyList<GroupedMap> plan, Activation activation, bool hasNorm = true, bool shuffles = true, bool bias = true, double dropout = 0)
    {
        _plan = plan;
        var (projected, outputs) = (plan[0].Inputs, plan[^1].Outputs);
        Input = new GroupLinear(inputs, projected, 1, activation, hasNorm, dropout: dropout);
        Maps = new ModuleList<GroupLinear>(plan.Select(map =>
            new GroupLinear(map.Inputs, map.Outputs, map.Groups, activation, hasNorm, shuffles, bias, dropout)));
        Output = new GroupLinear(outputs + projected, outputs, 1, activation, hasNorm, dropout: dropout);
    }

    private GroupLinear Input { get; }

    private ModuleList<GroupLinear> Maps { get; }

    private GroupLinear Output { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var projected = Input.Call(input);
        var current = projected;
        for (var i = 0; i < Maps.Count; i++)
            current = Mixed(projected, Maps[i].Call(current), i + 1 < Maps.Count ? _plan[i + 1].Groups : 1);
        return Output.Call(current);
    }

    /// <summary>Side by side in every group of the next map.</summary>
    private static Tensor Mixed(Tensor projected, Tensor current, int groups) =>
        groups == 1 ? Functional.Cat([projected, current], -1)
            : Functional.Cat([projected.Unflatten(-1, [groups, -1]), current.Unflatten(-1, [groups, -1])], -1).Flatten(-2);
}
