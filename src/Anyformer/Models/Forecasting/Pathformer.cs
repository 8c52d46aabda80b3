using Anyformer.Catalog;
using Anyformer.Models.Forecasting.Pathways;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// Looks at series in patches of several sizes at once: in each layer a router sends each sample, by its season and trend, to the experts of a few
/// patch sizes, which attend inside and between patches (Chen et al., ICLR 2024, arXiv 2402.05956). Calendar marks are not read.
/// </summary>
[Formula(
    "H_(l+1) = H_l + log sum_(e in T) g_e exp(E_e(H_l)), H_0 = X W",
    "g = softmax of the scores of the chosen experts T; E_e attends inside and between patches of size e",
    "Y = flatten(H_L) W_out",
    Where = "H: (batch, variates, look-back, width); g: gates, (experts); E: expert of a patch size; e: expert; "
        + "T: chosen by season and trend; W: (1, width); W_out: (look-back · width, horizon)")]
[Method("pathformer", "Pathformer", Family.Forecasting, 2024,
    Paper = "Chen, Zhang, Cheng, Shu, Wang, Wen, Yang, Guo, Pathformer: Multi-scale Transformers with Adaptive Pathways for Time Series Forecasting, "
        + "ICLR 2024, arXiv 2402.05956",
    Complexity = "O((lookback / patch)²)")]
public sealed class Pathformer : Forecaster
{
    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">
    /// There is no layer, a patch size does not divide the look-back, a layer has fewer patch sizes than are to be chosen, or the width is odd.
    /// </exception>
    public Pathformer(ForecastShape shape, PathformerOptions options)
    {
        if (options.PatchSizes.Count == 0)
            throw new UserException("The patch sizes of pathformer must be given for at least one layer, found none.");
        WindowNorm = options.WindowNorm ? new ReversibleInstanceNorm() : null;
        Embedding = new Linear(1, options.Width);
        Layers = ModuleList<AdaptiveMultiScaleLayer>.Of(
            options.PatchSizes.Count, layer => new AdaptiveMultiScaleLayer(shape, options.PatchSizes[layer], options));
        Head = new Linear(shape.Lookback * options.Width, shape.Horizon);
    }

    private ReversibleInstanceNorm? WindowNorm { get; }

    private Linear Embedding { get; }

    private ModuleList<AdaptiveMultiScaleLayer> Layers { get; }

    private Linear Head { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(ForecastInput input)
    {
        if (WindowNorm is null)
            return Continue(input.Past);
        var (normalized, statistics) = WindowNorm.Normalize(input.Past);
        return WindowNorm.Denormalize(Continue(normalized), statistics);
    }

    private Tensor Continue(Tensor past)
    {
        var tokens = Embedding.Call(past.Transpose(1, 2).Unsqueeze(-1));
        foreach (var layer in Layers)
            tokens = layer.Call(tokens);
        return Head.Call(tokens.Flatten(2)).Transpose(1, 2);
    }
}
