using Anyformer.Attention.Softmax;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Models.Forecasting;

/// <summary>
/// What <see cref="PatchTst"/> and its pre-training share: patches are projected, learned positions are added, and an encoder lets the patches
/// of a series see each other. Every series passes alone, with the same weights.
/// </summary>
internal sealed class PatchTstBackbone : Module
{
    private readonly bool _residualAttention;

    internal PatchTstBackbone(Patching patching, PatchTstOptions options)
    {
        if (options is { ResidualAttention: true, Attention.Kind: not "softmax" })
            throw new UserException($"Residual attention scores need the attention 'softmax', found '{options.Attention.Kind}'; set residual-attention to false.");
        _residualAttention = options.ResidualAttention;
        Projection = new Linear(patching.Length, options.Width);
        Positions = Initialization.Uniform(Parameter.Empty(patching.Count, options.Width), -0.02, 0.02);
        Dropout = new Dropout(options.Dropout);
        Layers = ModuleList<PatchTstLayer>.Of(options.Layers, _ => new PatchTstLayer(options));
    }

    private Linear Projection { get; }

    /// <summary>(patches, width).</summary>
    private Parameter Positions { get; }

    private Dropout Dropout { get; }

    private ModuleList<PatchTstLayer> Layers { get; }

    /// <summary>(batch, variates, patches, patch length) to (batch, variates, patches, width).</summary>
    internal Tensor Call(Tensor patches)
    {
        using var scope = new TensorScope(this);
        var tokens = Dropout.Call(Projection.Call(patches).Flatten(0, 1) + Positions);
        ResidualScores? scores = null;
        foreach (var layer in Layers)
        {
            (tokens, var own) = layer.Call(tokens, scores);
            scores = _residualAttention ? own : null;
        }

        return scope.Keep(tokens.Unflatten(0, [patches.Size(0), patches.Size(1)]));
    }
}
