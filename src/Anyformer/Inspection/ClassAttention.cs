using Anyformer.Models.Vision;
using Anyformer.Torch;

namespace Anyformer.Inspection;

/// <summary>What the class token of a plain vision model looks at.</summary>
public static class ClassAttention
{
    /// <summary>
    /// How the attention of the class token in a layer falls on the patches; of a model without one, the mean over the patches that ask.
    /// </summary>
    /// <param name="encoder">The encoder, in evaluation mode.</param>
    /// <param name="images">(batch, channels, height, width).</param>
    /// <param name="layer">The layer, from 0; counted from the end when below 0, so that -1 is the last.</param>
    /// <returns>(batch, heads, patches along the height, patches along the width); with what falls on other tokens, a head's weights add up to 1.</returns>
    /// <exception cref="UserException">There is no such layer, its attention forms no weights, or tokens were merged.</exception>
    public static Tensor Of(VisionEncoder encoder, Tensor images, int layer = -1)
    {
        using var scope = new TensorScope();
        using var noGrad = Autograd.NoGrad();
        using var recorder = new Recorder();
        var tokens = encoder.Call(images);
        if (tokens.Origins is not null)
            throw new UserException("The model merges tokens, so its attention does not fall on patches any more; look at it without a token reducer.");
        Tensor[] weights = [.. recorder.Named("weights").Where(map => map.Size(-1) == tokens.Prefix + tokens.Grid.Count)];
        if (weights.Length == 0)
            throw new UserException("The attention of this model forms no weights of every pair of tokens, so there is no map of them.");
        var index = layer < 0 ? weights.Length + layer : layer;
        if (index < 0 || index >= weights.Length)
            throw new UserException($"The model has {weights.Length} layers with maps of attention, found layer {layer}.");
        var asking = tokens.ClassTokens > 0 ? weights[index][.., .., 0] : weights[index].Mean(2);
        return scope.Keep(asking[.., .., tokens.Prefix..].Unflatten(2, [tokens.Grid.Height, tokens.Grid.Width]).Clone());
    }
}
