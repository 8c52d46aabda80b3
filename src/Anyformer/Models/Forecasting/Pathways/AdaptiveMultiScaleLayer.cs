using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting.Pathways;

/// <summary>
/// Experts of several patch sizes, of which a router chooses some for each sample; their outputs are combined by the router's gates
/// (AMS block of Chen et al., ICLR 2024, arXiv 2402.05956, section 3.2). While training it adds a loss that balances the use of the experts.
/// </summary>
public sealed class AdaptiveMultiScaleLayer : TensorModule
{
    private readonly bool _residual;

    /// <summary>A layer with an expert for each of the patch sizes.</summary>
    /// <exception cref="UserException">A patch size does not divide the look-back, or there are fewer of them than are to be chosen.</exception>
    public AdaptiveMultiScaleLayer(ForecastShape shape, IReadOnlyList<int> patchSizes, PathformerOptions options)
    {
        foreach (var size in patchSizes)
            if (size < 1 || shape.Lookback % size != 0)
                throw new UserException($"A patch size of pathformer must divide the look-back of {shape.Lookback} steps, found {size}.");
        _residual = options.Residual;
        Router = new PathwayRouter(shape.Lookback, shape.Variates, patchSizes.Count, options.ChosenExperts);
        Experts = ModuleList<PatchExpert>.Of(patchSizes.Count, i => new PatchExpert(shape, patchSizes[i], options));
    }

    internal PathwayRouter Router { get; }

    private ModuleList<PatchExpert> Experts { get; }

    /// <summary>(batch, variates, steps, width) to the same. The router sees the first channel.</summary>
    protected override Tensor Forward(Tensor input)
    {
        var routing = Router.Call(input.Select(3, 0));
        if (AuxiliaryLoss.IsCollecting)
            AuxiliaryLoss.Add(routing.BalanceLoss());
        var outputs = CallExperts(input, routing.Choices);
        var combined = Combine(outputs, routing.LogGates);
        return _residual ? combined + input : combined;
    }

    /// <summary>Every expert on the samples that go to it, side by side: (batch, chosen, variates, steps, width).</summary>
    private Tensor CallExperts(Tensor input, Tensor choices)
    {
        var (batch, chosen) = (choices.Size(0), choices.Size(1));
        var perPlace = choices.Flatten();
        var byExpert = perPlace.ArgSort();
        var counts = perPlace.BinCount(minlength: Experts.Count).ToArray<long>();
        var inputs = input.IndexSelect(0, byExpert.FloorDivide(chosen)).SplitWithSizes(counts);
        var outputs = Functional.Cat([.. Experts.Zip(inputs, static (expert, samples) => expert.Call(samples))]);
        return outputs.IndexSelect(0, byExpert.ArgSort()).View([batch, chosen, .. input.Shape[1..]]);
    }

    /// <summary>
    /// As published, <c>log(sum of gate * exp(output))</c>, here with the gates inside the exponent and the largest term taken out, so that
    /// nothing overflows or vanishes.
    /// </summary>
    private static Tensor Combine(Tensor outputs, Tensor logGates) =>
        (outputs + logGates.View([logGates.Size(0), logGates.Size(1), 1, 1, 1])).LogSumExp([1]);
}
