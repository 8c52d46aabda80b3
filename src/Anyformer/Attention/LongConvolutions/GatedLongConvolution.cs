using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Attention.LongConvolutions;

/// <summary>A long convolution between two gates: (batch, tokens, width) to the same.</summary>
internal sealed class GatedLongConvolution : Module
{
    private const int ShortKernel = 3;

    private readonly int _tokens;

    internal GatedLongConvolution(TokenMixerShape shape, MonarchMixerOptions options, bool isBidirectional)
    {
        if (shape.Tokens < 1)
            throw new UserException("Monarch Mixer is built for a number of tokens, and this host does not know how many there will be.");
        _tokens = shape.Tokens;
        InputNorm = options.InputNorm ? new LayerNorm(shape.Width) : null;
        InputProjection = new Linear(shape.Width, 3 * shape.Width);
        ShortFilter = new Conv1d(3 * shape.Width, 3 * shape.Width, ShortKernel, padding: ShortKernel - 1, groups: 3 * shape.Width);
        LongFilter = new ImplicitFilter(shape.Tokens, shape.Width, isBidirectional, options);
        ResidualFilter = options.Residual ? new ImplicitFilter(shape.Tokens, shape.Width, isBidirectional, options) : null;
        Dropout = new Dropout(shape.Dropout);
        OutputProjection = new Linear(shape.Width, shape.Width);
    }

    private LayerNorm? InputNorm { get; }

    /// <summary>To two gates and values, in this order.</summary>
    private Linear InputProjection { get; }

    private Conv1d ShortFilter { get; }

    internal ImplicitFilter LongFilter { get; }

    private ImplicitFilter? ResidualFilter { get; }

    private Dropout Dropout { get; }

    private Linear OutputProjection { get; }

    internal Tensor Call(Tensor tokens, AttentionMask? mask)
    {
        using var scope = new TensorScope(this);
        mask?.RefusePairs("Monarch Mixer");
        var count = tokens.Size(1);
        if (count > _tokens)
            throw new UserException($"Monarch Mixer is built for up to {_tokens} tokens, found {count}.");
        var padding = mask?.Keys is { } real ? !real.Unsqueeze(1) : null;
        Tensor Real(Tensor channels) => padding is null ? channels : channels.MaskedFill(padding, 0);
        var normalized = InputNorm is null ? tokens : InputNorm.Call(tokens);
        var projected = Real(InputProjection.Call(normalized).Transpose(1, 2));
        var parts = ShortFilter.Call(projected).Narrow(2, 0, count).Chunk(3, 1);
        var mixed = LongFilter.Convolve(Real(Dropout.Call(parts[2] * parts[0]))) * parts[1];
        if (ResidualFilter is not null)
            mixed += ResidualFilter.Convolve(Real(normalized.Transpose(1, 2)));
        return scope.Keep(OutputProjection.Call(mixed.To(tokens.DType).Transpose(1, 2)));
    }
}
