namespace Anyformer.Attention.HeadInteractions;

/// <summary>
/// Multi-head attention whose heads share something or act on one another. What attends within each head is any attention function that the shape names.
/// </summary>
public abstract class HeadInteraction : TokenMixer
{
    /// <summary>What attends within the heads of a mixer.</summary>
    private protected static HeadFunction FunctionOf(TokenMixerShape shape) => shape.Function ?? HeadFunction.OfSoftmax(shape.Position);

    /// <summary>What attends within the heads of a mixer, built for heads of a width.</summary>
    /// <exception cref="UserException">The parts of the function do not go together.</exception>
    private protected static AttentionFunction BuildFunction(TokenMixerShape shape, int headWidth, int? valueWidth = null) =>
        FunctionOf(shape).Build(new AttentionShape(shape.Heads, headWidth, shape.Dropout, shape.Tokens) { Layer = shape.Layer }, valueWidth);
}
