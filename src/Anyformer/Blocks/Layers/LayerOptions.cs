using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Blocks.CrossBlock;
using Anyformer.Modules;
using Anyformer.Normalization;

namespace Anyformer.Blocks.Layers;

/// <summary>Which weights the layers of a stack share.</summary>
public enum LayerSharing
{
    /// <summary>Every layer has its own.</summary>
    None,

    /// <summary>All layers are one, run again and again (Universal Transformer).</summary>
    Universal,
}

/// <summary>When a token has been through enough layers.</summary>
public enum LayerHalting
{
    /// <summary>After all of them.</summary>
    None,

    /// <summary>When its halting probabilities add up (adaptive computation time).</summary>
    Act,
}

/// <summary>What a layer is given.</summary>
public enum LayerConnections
{
    /// <summary>The output of the layer before.</summary>
    Previous,

    /// <summary>A learned sum of the outputs of all layers before.</summary>
    History,
}

/// <summary>How the layers of a stack follow each other.</summary>
public sealed record LayerOptions
{
    /// <summary>Layers one after the other, or steps of one that is shared.</summary>
    [Description("layers one after the other, or steps of one that is shared"), Range(1, 1024)]
    public int Count { get; init; } = 4;

    /// <summary>Which weights layers share.</summary>
    [Description("which weights layers share: none, or universal for one layer again and again")]
    public LayerSharing Share { get; init; }

    /// <summary>When a token has been through enough steps of a shared layer.</summary>
    [Description("when a token has been through enough steps of a shared layer: none, or act for adaptive computation time")]
    public LayerHalting Halting { get; init; }

    /// <summary>The sum of probabilities at which a token halts.</summary>
    [Description("the sum of probabilities at which a token halts"), Range(0.0, 1.0)]
    public double HaltingThreshold { get; init; } = 0.99;

    /// <summary>Weight of the mean number of steps in the loss, where tokens halt.</summary>
    [Description("weight of the mean number of steps in the loss, where tokens halt"), Range(0.0, 1e6)]
    public double PonderWeight { get; init; } = 1e-3;

    /// <summary>Probability with which a layer is left out of a training step.</summary>
    [Description("probability with which a layer is left out of a training step (LayerDrop)"), Range(0.0, 1.0)]
    public double Drop { get; init; }

    /// <summary>What a layer is given.</summary>
    [Description("what a layer is given: the output of the layer before, or a learned sum of the history of all before")]
    public LayerConnections Connections { get; init; }

    /// <summary>Builds a stack.</summary>
    /// <param name="width">Width of a token.</param>
    /// <param name="layer">Makes a layer of a number, from 0.</param>
    /// <param name="norm">Makes a normalisation.</param>
    /// <param name="normalized">Whether layers normalise their outputs.</param>
    /// <exception cref="UserException">Two of the options do not go together.</exception>
    internal LayerStack<TBlock> Build<TBlock>(int width, Func<int, TBlock> layer, Func<NormalizationLayer> norm, bool normalized) where TBlock : Module
    {
        Check();
        if (Halting == LayerHalting.Act)
            return new HaltingLayers<TBlock>(layer(0), Count, width, HaltingThreshold, PonderWeight);
        if (Share == LayerSharing.Universal)
            return new SharedLayers<TBlock>(layer(0), Count);
        var layers = Enumerable.Range(0, Count).Select(layer).ToArray();
        if (Connections == LayerConnections.History)
            return new HistoryLayers<TBlock>(layers, normalized ? new PostNormHistory(Count, norm) : new PreNormHistory(Count, norm));
        return Drop > 0 ? new DroppedLayers<TBlock>(layers, Drop) : new SequentialLayers<TBlock>(layers);
    }

    private void Check()
    {
        if (Halting == LayerHalting.Act && Share != LayerSharing.Universal)
            throw new UserException("Tokens can halt only where all layers are one: with 'halting: act', 'share' must be universal, found none.");
        if (Share == LayerSharing.Universal && Drop > 0)
            throw new UserException("A layer that is shared cannot be left out: with 'share: universal', 'drop' must be 0.");
        if (Share == LayerSharing.Universal && Connections == LayerConnections.History)
            throw new UserException("A learned sum over layers needs layers of their own: with 'share: universal', 'connections' must be previous.");
        if (Connections == LayerConnections.History && Drop > 0)
            throw new UserException("A learned sum over layers needs all of them: with 'connections: history', 'drop' must be 0.");
    }
}
