namespace Anyformer.Models.Vision;

/// <summary>A model whose images go through a plain encoder of patches.</summary>
public interface IPlainVisionModel
{
    /// <summary>Everything before the head.</summary>
    VisionEncoder Encoder { get; }
}
