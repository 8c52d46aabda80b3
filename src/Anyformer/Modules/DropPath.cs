using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>
/// Stochastic depth: while training, leaves out the branch of a whole sample with a probability, and scales the others up so that the mean stays
/// (Huang et al. 2016, arXiv 1603.09382).
/// </summary>
public sealed class DropPath : TensorModule
{
    private readonly double _probability;

    /// <summary>Leaves out a branch with <paramref name="probability"/>, from 0 up to but not 1.</summary>
    public DropPath(double probability)
    {
        if (probability is not (>= 0 and < 1))
            throw new UserException($"Stochastic depth needs a probability from 0 up to but not 1, found {probability}.");
        _probability = probability;
    }

    /// <summary>Probabilities that rise evenly over the depth of a network: 0 at the first layer, <paramref name="last"/> at the last.</summary>
    public static double[] Rising(double last, int layers) => [.. Enumerable.Range(0, layers).Select(layer => layers == 1 ? 0 : last * layer / (layers - 1))];

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        if (!IsTraining || _probability == 0)
            return input;
        long[] oneEach = [input.Size(0), .. Enumerable.Repeat(1L, input.Dimensions - 1)];
        return input * Functional.Dropout(Functional.Ones(oneEach, input.DType, device: input.Device), _probability, true);
    }
}
