using Anyformer.Attention.Kernels;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.LongConvolutions;

/// <summary>
/// A filter for each channel as long as the tokens, and longer for none of it: a small network makes it of waves of the position, and it fades
/// with the distance, in each channel at its own pace (Poli et al., ICML 2023, Hyena, arXiv 2302.10866, section 3.3). One filter reaches back,
/// another ahead.
/// </summary>
internal sealed class ImplicitFilter : Module
{
    private readonly double _modulation;

    internal ImplicitFilter(int tokens, int width, bool isBidirectional, MonarchMixerOptions options)
    {
        if (options.PositionWidth < 3 || options.PositionWidth % 2 == 0)
            throw new UserException($"Positions of a filter are a time and pairs of waves, an odd number from 3 up; found {options.PositionWidth}.");
        _modulation = options.Modulation;
        using var scope = new TensorScope();
        Times = Functional.Linspace(0, 1, tokens).View([1, tokens, 1]).OutliveScopes();
        // From fast to slow: what is left after a share of the length is a hundredth.
        Decays = Functional.Linspace(Math.Log(0.01) / 1.5, Math.Log(0.01) / 0.3, width).View([1, 1, width]).OutliveScopes();
        Positions = new Parameter(Waves(tokens, options.PositionWidth));
        Frequencies = Initialization.Constant(Parameter.Empty(1, options.FilterWidth), options.Frequency);
        Back = Network(width, options);
        Ahead = isBidirectional ? Network(width, options) : null;
        Bias = Initialization.Normal(Parameter.Empty(width));
    }

    /// <summary>(1, tokens, position width).</summary>
    private Parameter Positions { get; }

    /// <summary>Of all waves of both networks, (1, filter width).</summary>
    private Parameter Frequencies { get; }

    private ModuleList<Linear> Back { get; }

    private ModuleList<Linear>? Ahead { get; }

    /// <summary>What each value adds to its own token, (width).</summary>
    private Parameter Bias { get; }

    /// <summary>From 0 to 1, (1, tokens, 1).</summary>
    [Buffer]
    private Tensor Times { get; }

    /// <summary>(1, 1, width).</summary>
    [Buffer]
    private Tensor Decays { get; }

    /// <summary>The filters for so many tokens: by the distance back from 0, and ahead from 1; (1, tokens, width) each.</summary>
    internal (Tensor Back, Tensor? Ahead) Filters(long tokens)
    {
        using var scope = new TensorScope();
        var fading = (Times.Narrow(1, 0, tokens) * Decays.Abs() * -1).Exp();
        var back = Run(Back, tokens) * fading;
        return Ahead is null ? (scope.Keep(back), null) : scope.Keep((back, Run(Ahead, tokens) * fading));
    }

    /// <summary>The values convolved, (batch, width, tokens).</summary>
    /// <param name="values">(batch, width, tokens).</param>
    internal Tensor Convolve(Tensor values)
    {
        using var scope = new TensorScope();
        var tokens = values.Size(2);
        var (back, ahead) = Filters(tokens);
        var full = values.InFull();
        var convolved = ahead is null ? CausalConvolution.Of(full, Lying(back)) : BothWays(full, Lying(back), Lying(ahead));
        return scope.Keep(convolved + full * Bias.Unsqueeze(-1));
    }

    private static Tensor BothWays(Tensor values, Tensor back, Tensor ahead)
    {
        var tokens = values.Size(2);
        // Going round twice the length, what reaches ahead stands at the end, the nearest last.
        var filter = Functional.Cat([back, ahead.Flip([1])], 1);
        return (values.FftRfft(2 * tokens) * filter.FftRfft(2 * tokens)).FftIrfft(2 * tokens).Narrow(2, 0, tokens);
    }

    /// <summary>(1, tokens, width) to (width, tokens).</summary>
    private static Tensor Lying(Tensor filter) => filter.Squeeze(0).Transpose(0, 1).InFull();

    private Tensor Run(ModuleList<Linear> network, long tokens)
    {
        var hidden = Positions.Narrow(1, 0, tokens);
        foreach (var map in network.SkipLast(1))
            hidden = (map.Call(hidden) * Frequencies * _modulation).Sin();
        return network[^1].Call(hidden);
    }

    private static ModuleList<Linear> Network(int width, MonarchMixerOptions options) => new(
    [
        new Linear(options.PositionWidth, options.FilterWidth),
        new Linear(options.FilterWidth, options.FilterWidth),
        new Linear(options.FilterWidth, options.FilterWidth),
        new Linear(options.FilterWidth, width, bias: false),
    ]);

    /// <summary>The time, cosines and negative sines of rising frequencies, (1, tokens, position width).</summary>
    private static Tensor Waves(int tokens, int width)
    {
        var bands = (width - 1) / 2;
        var angles = Functional.Arange(tokens, DType.Float32).Unsqueeze(1) * (2 * Math.PI / tokens) * Functional.Linspace(1e-4, bands - 1, bands);
        var times = Functional.Linspace(0, 1, tokens).Unsqueeze(1);
        return Functional.Cat([times, angles.Cos(), angles.Sin() * -1], 1).Unsqueeze(0);
    }
}
