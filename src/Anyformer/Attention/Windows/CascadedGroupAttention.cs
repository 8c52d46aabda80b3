using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Windows;

/// <summary>
/// Attention of maps in windows, whose heads see a group of the channels each, and one after another: what a head finds is added to the channels of
/// the next (Liu et al., CVPR 2023, arXiv 2305.07027, section 3.1). Queries go through a depthwise convolution; scores have a learned bias for
/// each distance between two places. (batch, channels, height, width) to the same.
/// </summary>
/// <remarks>
/// Maps that are no multiple of the window are padded with zeros, which take part as published. Records <c>weights</c>, (batch x windows, places,
/// places), head after head.
/// </remarks>
public sealed class CascadedGroupAttention : TensorModule
{
    private readonly ImageWindows _window;
    private readonly int _keyWidth;

    /// <summary>Attention with fresh weights.</summary>
    /// <param name="channels">Channels of the maps, in equal groups for the heads.</param>
    /// <param name="keyWidth">Width of the queries and keys of a head.</param>
    /// <param name="kernels">The kernel of each head's convolution of the queries, odd; there are as many heads.</param>
    /// <param name="windowHeight">Height of a window, or of the maps if that is less.</param>
    /// <param name="windowWidth">Width of a window, or of the maps if that is less.</param>
    /// <param name="valueWidth">Width of a head's values; null for that of its channels, which it must be when there are several heads.</param>
    /// <exception cref="UserException">The channels do not fall into equal groups, a kernel is even, or values do not fit the next head.</exception>
    public CascadedGroupAttention(
        int channels, int keyWidth, IReadOnlyList<int> kernels, int windowHeight, int windowWidth, int? valueWidth = null)
    {
        var heads = kernels.Count;
        if (heads == 0 || channels % heads != 0)
            throw new UserException($"Channels must be a multiple of the number of heads, found {channels} channels and {heads} heads.");
        if (kernels.Any(kernel => kernel < 1 || kernel % 2 == 0))
            throw new UserException($"The convolutions of queries need odd kernels, found [{string.Join(", ", kernels)}].");
        var (group, values) = (channels / heads, valueWidth ?? channels / heads);
        if (heads > 1 && values != group)
            throw new UserException($"A head's values are added to the {group} channels of the next, so they must be as wide, found {values}.");
        (_window, _keyWidth) = (new ImageWindows(windowHeight, windowWidth), keyWidth);
        Projections = ModuleList<ConvBatchNorm>.Of(heads, _ => new ConvBatchNorm(group, 2 * keyWidth + values));
        QueryConvolutions = ModuleList<ConvBatchNorm>.Of(heads, head => new ConvBatchNorm(keyWidth, keyWidth, kernels[head], groups: keyWidth));
        Output = new ConvBatchNorm(heads * values, channels, scale: 0);
        Biases = Initialization.Constant(Parameter.Empty(heads, windowHeight * windowWidth), 0);
        Distances = DistancesOf(windowHeight, windowWidth).OutliveScopes();
    }

    private ModuleList<ConvBatchNorm> Projections { get; }

    private ModuleList<ConvBatchNorm> QueryConvolutions { get; }

    private ConvBatchNorm Output { get; }

    /// <summary>(heads, window height x window width): for so many rows and columns between two places.</summary>
    private Parameter Biases { get; }

    /// <summary>Which bias is that of two places, (window height, window width, window height, window width).</summary>
    [Buffer(Persistent = false)]
    private Tensor Distances { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        if (input.Size(2) <= _window.Height && input.Size(3) <= _window.Width)
            return Attend(input);
        var windows = _window.Split(input.MoveDim(1, -1)).MoveDim(-1, 1);
        return _window.Join(Attend(windows).MoveDim(1, -1), input.Size(2), input.Size(3)).MoveDim(-1, 1);
    }

    private Tensor Attend(Tensor maps)
    {
        var biases = BiasesOf(maps.Size(2), maps.Size(3)).Unbind(0);
        var contexts = new Tensor[Projections.Count];
        foreach (var (head, group) in maps.Chunk(contexts.Length, 1).Index())
            contexts[head] = Context(head, head == 0 ? group : group + contexts[head - 1], biases[head]);
        return Output.Call(Functional.Cat(contexts, 1).Relu());
    }

    /// <summary>(batch, values, height, width) of one head.</summary>
    private Tensor Context(int head, Tensor maps, Tensor bias)
    {
        var projected = Projections[head].Call(maps);
        var queries = QueryConvolutions[head].Call(projected.Narrow(1, 0, _keyWidth)).Flatten(2).Transpose(1, 2);
        var rest = projected.Narrow(1, _keyWidth, projected.Size(1) - _keyWidth).Flatten(2);
        var (keys, values) = (rest.Narrow(1, 0, _keyWidth), rest.Narrow(1, _keyWidth, rest.Size(1) - _keyWidth));
        var weights = bias.Baddbmm(queries, keys, alpha: 1 / Math.Sqrt(_keyWidth)).Softmax(-1);
        Recorder.Record(this, "weights", weights);
        return values.MatMul(weights.Transpose(1, 2)).Unflatten(2, [maps.Size(2), maps.Size(3)]);
    }

    /// <summary>(heads, places, places) of maps no larger than a window.</summary>
    private Tensor BiasesOf(long height, long width)
    {
        var distances = Distances.Narrow(0, 0, height).Narrow(1, 0, width).Narrow(2, 0, height).Narrow(3, 0, width);
        return Biases.IndexSelect(1, distances.Reshape([-1])).View([Biases.Size(0), height * width, height * width]);
    }

    private static Tensor DistancesOf(int height, int width)
    {
        using var scope = new TensorScope();
        var (rows, columns) = (Functional.Arange(height, DType.Int64), Functional.Arange(width, DType.Int64));
        var down = (rows.Unsqueeze(1) - rows).Abs().View([height, 1, height, 1]);
        var across = (columns.Unsqueeze(1) - columns).Abs().View([1, width, 1, width]);
        return scope.Keep(down * width + across);
    }
}
