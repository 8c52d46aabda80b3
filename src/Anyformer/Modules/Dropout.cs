using Anyformer.Kernels;
using Anyformer.Torch;

namespace Anyformer.Modules;

/// <summary>Zeroes elements with a probability while training, and scales the others up so that the mean stays.</summary>
public sealed class Dropout : TensorModule
{
    private readonly double _probability;

    /// <summary>Drops with <paramref name="probability"/>, from 0 up to 1.</summary>
    public Dropout(double probability)
    {
        if (probability is not (>= 0 and <= 1))
            throw new UserException($"Dropout needs a probability between 0 and 1, found {probability}.");
        _probability = probability;
    }

    /// <summary>The probability with which this call drops: none outside training.</summary>
    internal double CurrentProbability => IsTraining ? _probability : 0;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        var probability = CurrentProbability;
        if (probability == 0)
            return input;
        return probability < 1 && CounterDropout.Takes(input) ? new CounterDropout(probability).Apply(input)[0] : Functional.Dropout(input, probability, true);
    }
}
