using System.Numerics;
using Anyformer.TokenReduction;
using Anyformer.Torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Anyformer.Kernels.Merging;

/// <summary>
/// The mean of tokens that merge, each as heavy as its size: tokens (batch, tokens, width) and sizes (batch, tokens, 1) to the fewer of both. One pass copies
/// what stays and adds up what merges. The composition beside it is <c>TokenMatch.ComposeAverage</c>.
/// </summary>
internal sealed unsafe class TokenAverage(TokenMatch match) : DifferentiableFunction
{
    /// <summary>Rows that are worth a thread.</summary>
    private const int Grain = 64;

    /// <summary>True for what the kernel takes.</summary>
    internal static bool Takes(Tensor tokens, Tensor sizes) =>
        tokens.Device.Type == DeviceType.Cpu && tokens.DType is DType.Float32 or DType.Float64 && sizes.DType == tokens.DType;

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (tokens, sizes) = (inputs[0], inputs[1]);
        var (merged, mergedSizes) = tokens.DType == DType.Float32 ? Merge<float>(tokens, sizes) : Merge<double>(tokens, sizes);
        // Only the gradients of sizes ask what the tokens were.
        Tensor[] known = sizes.RequiresGrad ? [tokens] : [];
        SaveForBackward([match.Bases, match.Moved, match.Targets, sizes, .. known]);
        return [merged, mergedSizes];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        var (saved, sizes) = (new TokenMatch(match.Tokens, Saved(0), Saved(1), Saved(2)), Saved(3));
        if (NeedsGradient(1))
            return ComposedBackward(saved, Saved(4), sizes, gradients);
        if (gradients[0] is not { } given)
            return [null, null];
        if (Autograd.IsRecording)
            return [ToTokens(saved, given, sizes), null];
        return [given.DType == DType.Float32 ? Spread<float>(saved, given, sizes) : Spread<double>(saved, given, sizes), null];
    }

    private (Tensor Tokens, Tensor Sizes) Merge<T>(Tensor tokens, Tensor sizes) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new MergedRows<T>(match, sizes);
        var (given, width) = (tokens.Contiguous(), (int)tokens.Size(2));
        var merged = Functional.Empty([tokens.Size(0), rows.Fewer, width], tokens.DType);
        T* source = (T*)given.DataPointer, target = (T*)merged.DataPointer;
        TorchParallel.For(rows.Bases.Length, Grain, (begin, end) =>
        {
            for (var row = begin; row < end; row++)
                TensorPrimitives.Multiply(Row(source, rows.Bases[row], width), rows.BaseShares[row], Row(target, row, width));
            var last = ((end - 1) / rows.Fewer + 1) * rows.Merged;
            for (var i = begin / rows.Fewer * rows.Merged; i < last; i++)
                if (rows.Targets[i] >= begin && rows.Targets[i] < end)
                    Add(Row(source, rows.Moved[i], width), rows.MovedShares[i], Row(target, rows.Targets[i], width));
        });
        GC.KeepAlive(given);
        return (merged, Tensor.From<T>(rows.Sizes, [tokens.Size(0), rows.Fewer, 1]));
    }

    /// <summary>The gradient of tokens: each gets its share of that of the mean it went into, sample by sample.</summary>
    private static Tensor Spread<T>(TokenMatch match, Tensor gradient, Tensor sizes) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new MergedRows<T>(match, sizes);
        var (given, width) = (gradient.Contiguous(), (int)gradient.Size(2));
        var spread = Functional.Zeros([gradient.Size(0), match.Tokens, width], gradient.DType);
        T* source = (T*)given.DataPointer, target = (T*)spread.DataPointer;
        TorchParallel.For(gradient.Size(0), 1, (begin, end) =>
        {
            for (var row = begin * rows.Fewer; row < end * rows.Fewer; row++)
                Add(Row(source, row, width), rows.BaseShares[row], Row(target, rows.Bases[row], width));
            for (var i = begin * rows.Merged; i < end * rows.Merged; i++)
                Add(Row(source, rows.Targets[i], width), rows.MovedShares[i], Row(target, rows.Moved[i], width));
        });
        GC.KeepAlive(given);
        return spread;
    }

    private static void Add<T>(Span<T> source, T factor, Span<T> target) where T : unmanaged, IFloatingPointIeee754<T> =>
        TensorPrimitives.MultiplyAdd(source, factor, target, target);

    private static Span<T> Row<T>(T* start, long row, int width) where T : unmanaged => new(start + row * width, width);

    private static Tensor ToTokens(TokenMatch match, Tensor given, Tensor sizes) => match.Unmerge(given / match.Sum(sizes)) * sizes;

    /// <summary>
    /// In operators, so that it can be differentiated again: a token pulls its mean to itself, and the more so the larger it is, so the gradient of its size is
    /// the product of the mean's gradient with how far the token lies from the mean.
    /// </summary>
    private static Tensor?[] ComposedBackward(TokenMatch match, Tensor tokens, Tensor sizes, ReadOnlySpan<Tensor?> gradients)
    {
        var (merged, mergedSizes) = match.ComposeAverage(tokens, sizes);
        var toSizes = gradients[1] is { } direct ? match.Unmerge(direct) : null;
        if (gradients[0] is not { } given)
            return [null, toSizes];
        var distance = tokens - match.Unmerge(merged);
        var pulled = (match.Unmerge(given / mergedSizes) * distance).Sum([-1], keepdim: true);
        return [ToTokens(match, given, sizes), toSizes is null ? pulled : pulled + toSizes];
    }
}
