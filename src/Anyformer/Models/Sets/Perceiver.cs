using Anyformer.Attention;
using Anyformer.Attention.Memory;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Sets;

/// <summary>
/// A few latents read an input of any size and kind, layer after layer, and are classified (Jaegle et al., ICML 2021, arXiv 2103.03206). The places of
/// the input's grid are appended to its channels as Fourier features.
/// </summary>
[Formula(
    "U = [input, fourier features of its places], Z_0 learned",
    "Z <- Z + attention(norm(Z); norm(U)), Z <- Z + mlp(norm(Z)), then self-attention blocks, layer after layer",
    "scores = W norm(mean of the latents Z) + b",
    Where = "U: (batch, places, channels + features); Z: latents, (batch, latents, width); W: (classes, width); b: (classes)")]
[Method("perceiver-classifier", "Perceiver over grids", Family.SetModels, 2021, System = "perceiver",
    Paper = "Jaegle, Gimeno, Brock, Vinyals, Zisserman, Carreira, Perceiver: General Perception with Iterative Attention, ICML 2021, arXiv 2103.03206",
    Complexity = "O(layers · (latents · inputs + latents²))")]
public sealed class Perceiver : Module
{
    private readonly int _axes;
    private readonly PerceiverOptions _options;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="axes">Axes of its grid: 1 for a sequence, 2 for an image, 3 for a film.</param>
    /// <param name="outputs">Classes to score; null for the latents themselves.</param>
    /// <param name="options">The sizes inside.</param>
    public Perceiver(int channels, int axes, int? outputs, PerceiverOptions options)
    {
        (_axes, _options) = (axes, options);
        var inputWidth = channels + (options.FourierFeatures ? FourierFeatures.Count(axes, options.Bands) : 0);
        Latents = Initialization.TruncatedNormal(Parameter.Empty(options.Latents, options.Width), deviation: 0.02);
        var later = options.TieLayers && options.Layers > 1 ? options.Layer(inputWidth) : null;
        Layers = ModuleList<LatentLayer>.Of(options.Layers, i => i > 0 && later is not null ? later : options.Layer(inputWidth));
        if (outputs is not { } classes)
            return;
        Norm = new LayerNorm(options.Width);
        Head = new Linear(options.Width, classes);
    }

    /// <summary>(latents, width).</summary>
    private Parameter Latents { get; }

    private ModuleList<LatentLayer> Layers { get; }

    private LayerNorm? Norm { get; }

    private Linear? Head { get; }

    /// <summary>The scores of the classes, (batch, classes), or without a head the latents, (batch, latents, width).</summary>
    /// <param name="input">(batch, axes ..., channels).</param>
    /// <param name="real">True where there is input and not padding, (batch, axes ...); null when all is input.</param>
    /// <exception cref="UserException">The input has another number of axes.</exception>
    public Tensor Call(Tensor input, Tensor? real = null)
    {
        using var scope = new TensorScope(this);
        var tokens = Tokens(input);
        var mask = real is null ? null : AttentionMask.OfKeys(real.Flatten(1));
        var latents = Layers.Aggregate(Latents.Expand([input.Size(0), -1, -1]), (x, layer) => layer.Call(x, tokens, mask));
        return scope.Keep(Head is null ? latents : Head.Call(Norm!.Call(latents.Mean([1]))));
    }

    /// <summary>The input in a row with the features of its places, (batch, tokens, input width).</summary>
    private Tensor Tokens(Tensor input)
    {
        if (input.Dimensions != _axes + 2)
            throw new UserException($"The Perceiver was built for inputs of {_axes} axes between batch and channels, found {input.Dimensions - 2}.");
        if (!_options.FourierFeatures)
            return input.Flatten(1, -2);
        var places = FourierFeatures.Of(input.Shape.AsSpan(1, _axes), _options.Bands, _options.MaxFrequency, input.DType, input.Device);
        return Functional.Cat([input, places.Expand([input.Size(0), .. places.Shape])], -1).Flatten(1, -2);
    }
}
