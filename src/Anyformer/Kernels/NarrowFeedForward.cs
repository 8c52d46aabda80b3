using System.Buffers;
using System.Runtime.Intrinsics;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Kernels;

/// <summary>
/// <c>W2 drop(gelu(W1 x + b1)) + b2</c> for tokens of few channels and a wide hidden layer, which never leaves the registers: as operators, each of
/// half a dozen passes goes through memory many times as large as input and output. The composition beside it is
/// <c>PositionwiseFeedForward.Compose</c>.
/// </summary>
internal sealed unsafe class NarrowFeedForward(double dropout) : DifferentiableFunction
{
    private const int MostChannels = 16;

    /// <summary>Tiles whose gradients are added up before others' are: always the same, so that sums do not depend on the threads.</summary>
    private const int ChunkTiles = 64;

    private readonly CounterRandom _random = dropout > 0 ? CounterRandom.Draw() : default;

    /// <summary>True for what the kernel takes and is faster at.</summary>
    internal static bool Takes(Tensor input, Linear hidden, Linear output) =>
        input.Device.Type == DeviceType.Cpu && input.DType == DType.Float32 && hidden.Weight.DType == DType.Float32
        && input.Size(-1) == hidden.Weight.Size(1) && input.Size(-1) <= MostChannels && output.Weight.Size(0) <= MostChannels
        && hidden.Bias is not null && output.Bias is not null
        && input.ElementCount > 0 && (input.ElementCount / input.Size(-1) + NarrowFeedForwardPass.Lanes) * hidden.Weight.Size(0) < uint.MaxValue;

    protected override Tensor[] Forward(ReadOnlySpan<Tensor> inputs)
    {
        var (tokens, outputWeight, outputBias) = (inputs[0].Contiguous(), inputs[3].Contiguous(), inputs[4].Contiguous());
        var (hiddenWeight, hiddenBias) = (inputs[1].Contiguous(), inputs[2].Contiguous());
        var output = Functional.Empty([.. tokens.Shape[..^1], outputWeight.Size(0)], DType.Float32);
        var pass = new NarrowFeedForwardPass(tokens, hiddenWeight, hiddenBias, outputWeight, _random, dropout);
        // The scope of the call keeps all these tensors alive while the loops read and write them by address.
        var bias = (float*)outputBias.DataPointer;
        var target = (float*)output.DataPointer;
        TorchParallel.For(pass.Tiles, 32, (begin, end) =>
        {
            for (var tile = begin; tile < end; tile++)
                pass.Forward(tile, bias, target);
        });
        SaveForBackward(tokens, hiddenWeight, hiddenBias, outputWeight);
        return [output];
    }

    protected override Tensor?[] Backward(ReadOnlySpan<Tensor?> gradients)
    {
        if (gradients[0] is not { } given)
            return [null, null, null, null, null];
        var (tokens, hiddenWeight, hiddenBias, outputWeight) = (Saved(0), Saved(1), Saved(2), Saved(3));
        var gradient = given.Reshape([-1, outputWeight.Size(0)]);
        if (Autograd.IsRecording)
            return [.. ComposedBackward(tokens, hiddenWeight, hiddenBias, outputWeight, gradient), gradient.Sum([0])];
        gradient = gradient.Contiguous();
        var tokenGradient = tokens.EmptyLike();
        var pass = new NarrowFeedForwardPass(tokens, hiddenWeight, hiddenBias, outputWeight, _random, dropout);
        var weights = WeightGradients(pass, (float*)gradient.DataPointer, (float*)tokenGradient.DataPointer);
        var inputs = (int)tokens.Size(-1);
        return
        [
            tokenGradient, weights[.., ..inputs], weights[.., inputs], weights[.., (inputs + 1)..].Transpose(0, 1), gradient.Sum([0]),
        ];
    }

    /// <summary>For every hidden unit the gradients of its weights, its bias and the weights behind it: (hidden, inputs + 1 + outputs).</summary>
    private static Tensor WeightGradients(NarrowFeedForwardPass pass, float* gradient, float* tokenGradient)
    {
        var chunks = (pass.Tiles + ChunkTiles - 1) / ChunkTiles;
        var sums = Functional.Empty([chunks, pass.HiddenUnits, pass.WeightsOfUnit], DType.Float32);
        var count = pass.HiddenUnits * pass.WeightsOfUnit;
        var target = (float*)sums.DataPointer;
        TorchParallel.For(chunks, 1, (begin, end) =>
        {
            var rented = ArrayPool<Vector512<float>>.Shared.Rent(count);
            fixed (Vector512<float>* lanes = rented)
            {
                for (var chunk = begin; chunk < end; chunk++)
                {
                    new Span<Vector512<float>>(lanes, count).Clear();
                    for (var tile = chunk * ChunkTiles; tile < Math.Min((chunk + 1) * ChunkTiles, pass.Tiles); tile++)
                        pass.Backward(tile, gradient, tokenGradient, lanes);
                    for (var i = 0; i < count; i++)
                        target[chunk * count + i] = Vector512.Sum(lanes[i]);
                }
            }

            ArrayPool<Vector512<float>>.Shared.Return(rented);
        });
        return sums.Sum([0]);
    }

    /// <summary>For derivatives of derivatives: the same in operators, with the same mask, differentiated by libtorch.</summary>
    private Tensor?[] ComposedBackward(Tensor tokens, Tensor hiddenWeight, Tensor hiddenBias, Tensor outputWeight, Tensor gradient)
    {
        var hidden = Functional.Linear(tokens, hiddenWeight, hiddenBias).Gelu().Reshape([-1, hiddenWeight.Size(0)]);
        var output = Functional.Linear(dropout > 0 ? hidden * Factors(hidden) : hidden, outputWeight);
        return Autograd.Grad([output], [tokens, hiddenWeight, hiddenBias, outputWeight], [gradient], createGraph: true, allowUnused: true);
    }

    /// <summary>What the hidden units are multiplied by, (rows, hidden): the kernel counts them tile by tile, unit by unit, row by row.</summary>
    private Tensor Factors(Tensor hidden)
    {
        const int lanes = NarrowFeedForwardPass.Lanes;
        var (rows, units) = ((int)hidden.Size(0), hidden.Size(1));
        var tiles = (rows + lanes - 1) / lanes;
        var factors = Functional.Ones([tiles, units, lanes], DType.Float32);
        _random.Drop<float>(factors.AsSpan<float>(), factors.AsSpan<float>(), 0, dropout);
        return factors.Transpose(1, 2).Reshape([tiles * lanes, units])[..rows];
    }
}
