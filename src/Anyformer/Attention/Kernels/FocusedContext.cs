using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>
/// What queries of a map find by focused linear attention: <c>f(q) (f(k)^T v / n)</c> over <c>f(q) · mean f(k) + 1e-6</c>, and the values of
/// the places around each query, by a depthwise convolution that all heads share, which gives back the rank that a product of few features
/// lacks (Han et al., ICCV 2023, arXiv 2308.00442, section 3.3). Keys have learned positions, as in the authors' code.
/// </summary>
internal sealed class FocusedContext : Module
{
    private readonly int _heads;

    /// <param name="width">Channels of queries, keys and values.</param>
    /// <param name="heads">Heads, each an equal share of the channels.</param>
    /// <param name="keys">Keys, each with a position.</param>
    /// <param name="options">The power, and the kernel of the convolution.</param>
    internal FocusedContext(int width, int heads, long keys, FocusedOptions options)
    {
        _heads = heads;
        var shape = new TokenMixerShape(0, width, heads).OfFunction;
        Features = new FocusedFeatureMap(shape, new FocusedFeatureMapOptions { Factor = options.Factor });
        KeyPositions = Initialization.Constant(Parameter.Empty(1, keys, width), 0);
        Convolution = new Conv2d(shape.HeadWidth, shape.HeadWidth, options.Kernel, padding: options.Kernel / 2, groups: shape.HeadWidth);
    }

    private FocusedFeatureMap Features { get; }

    /// <summary>(1, keys, width).</summary>
    private Parameter KeyPositions { get; }

    internal Conv2d Convolution { get; }

    /// <summary>The contexts, (batch, height x width, width).</summary>
    /// <param name="queries">(batch, height x width, width).</param>
    /// <param name="keys">(batch, keys, width).</param>
    /// <param name="values">(batch, keys, width); when they are fewer than the queries, they are stretched over them for the
    /// convolution.</param>
    /// <param name="height">Height of the map of the queries.</param>
    /// <param name="width">Width of the map of the queries.</param>
    internal Tensor Call(Tensor queries, Tensor keys, Tensor values, long height, long width)
    {
        using var scope = new TensorScope(this);
        var (asking, answering) = Features.Call(Heads.Split(queries, _heads), Heads.Split(keys + KeyPositions, _heads));
        var split = Heads.Split(values.InFull(), _heads);
        var memory = answering.Transpose(-2, -1).MatMul(split) / keys.Size(1);
        var weights = asking.MatMul(answering.Mean([-2], keepdim: true).Transpose(-2, -1));
        var contexts = Heads.Join(asking.MatMul(memory) / (weights + 1e-6));
        return scope.Keep(contexts + Around(values, queries.Size(1), height, width));
    }

    /// <summary>(batch, height x width, width): the convolved values.</summary>
    private Tensor Around(Tensor values, long places, long height, long width)
    {
        var channels = values.Transpose(1, 2);
        var stretched = values.Size(1) == places ? channels : channels.UpsampleLinear1d([places], alignCorners: false);
        var maps = stretched.Reshape([values.Size(0) * _heads, -1, height, width]);
        return Convolution.Call(maps).Reshape([values.Size(0), -1, places]).Transpose(1, 2);
    }
}

/// <summary>What focused linear attention leaves open.</summary>
/// <param name="Factor">The power of its features.</param>
/// <param name="Kernel">Places that its convolution covers along each side; odd.</param>
internal sealed record FocusedOptions(double Factor, int Kernel);
