using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.Lightweight;

/// <summary>
/// A linear map whose inputs and outputs lie in groups that do not meet, then a normalisation of each group, an activation and dropout
/// (Mehta et al. 2018, arXiv 1808.09029; Mehta et al., ICLR 2021, arXiv 2008.00623, section 3.1): (..., inputs) to (..., outputs).
/// </summary>
[Formula(
    "y_g = act(norm(x_g W_g + b_g)), y = [y_1 ... y_G]",
    Where = "x: (inputs), in G groups; y: (outputs); W: (groups, inputs / groups, outputs / groups); b: (groups, outputs / groups); "
        + "g: group; G: groups")]
[Method("group-linear", "Group linear transformation", Family.LightweightBlocks, 2018, System = "architectures",
    Paper = "Mehta, Koncel-Kedziorski, Rastegari, Hajishirzi, Pyramidal Recurrent Unit for Language Modeling, EMNLP 2018, arXiv 1808.09029",
    Complexity = "O(tokens · width² / groups)")]
public sealed class GroupLinear : TensorModule, ILinearMap
{
    private readonly long _groups;
    private readonly bool _shuffles;
    private readonly Activation _activation;

    /// <summary>A map with weights by Glorot's uniform rule and biases of 0.</summary>
    /// <param name="inputs">Width of the input.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="groups">Groups; 1 for a common linear map.</param>
    /// <param name="activation">What comes after the normalisation; null for nothing.</param>
    /// <param name="hasNorm">Whether each group is normalised, with one set of weights for all groups.</param>
    /// <param name="shuffles">Whether each output group collects channels of all groups, so that the next map mixes them.</param>
    /// <param name="bias">Whether there are biases.</param>
    /// <param name="dropout">Probability of dropout.</param>
    /// <exception cref="UserException">Inputs or outputs are no multiple of the groups.</exception>
    public GroupLinear(
        long inputs, long outputs, long groups, Activation? activation = null, bool hasNorm = true, bool shuffles = false, bool bias = true, double dropout = 0)
    {
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0)
            throw new UserException($"Inputs and outputs of a grouped linear map must be multiples of its groups, found {inputs} and {outputs} with {groups} groups.");
        (_groups, _shuffles, _activation) = (groups, shuffles, activation ?? Activations.Named("identity"));
        Weight = Initialization.XavierUniform(Parameter.Empty(groups, inputs / groups, outputs / groups));
        Bias = bias ? Initialization.Constant(Parameter.Empty(groups, 1, outputs / groups), 0) : null;
        Norm = hasNorm ? new LayerNorm(outputs / groups) : null;
        Dropout = new Dropout(dropout);
    }

    /// <summary>(groups, inputs / groups, outputs / groups).</summary>
    public Parameter Weight { get; }

    /// <summary>(groups, 1, outputs / groups).</summary>
    public Parameter? Bias { get; }

    private LayerNorm? Norm { get; }

    private Dropout Dropout { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var grouped = input.Flatten(0, -2).Unflatten(-1, [_groups, -1]).Transpose(0, 1);
        // Groups of two channels leave a normalisation little but rounding to differentiate: one product and one sum, as the authors have them.
        var mapped = grouped.MatMul(Weight);
        if (Bias is not null)
            mapped += Bias;
        // A shuffle reads channel by channel over the groups and calls the first so many of them the first group.
        var rows = _shuffles ? mapped.Permute([1, 2, 0]).Reshape([-1, _groups, mapped.Size(2)]) : mapped.Transpose(0, 1);
        var normed = Norm is null ? rows : Norm.Call(rows);
        return Dropout.Call(_activation(normed).Reshape([.. input.Shape[..^1], -1]));
    }
}
