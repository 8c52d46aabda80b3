using Anyformer.Torch;

namespace Anyformer.Data.Images.Files;

/// <summary>
/// Colours of printed matter. JPEG files hold them inverted, as Adobe's programs write them; torchvision and Pillow take all such files so.
/// </summary>
internal static class Cmyk
{
    /// <summary>Colours or grey levels of an image of four inks.</summary>
    /// <param name="inks">uint8, (4, height, width), inverted cyan, magenta, yellow and black.</param>
    /// <param name="mode">What they become.</param>
    /// <returns>uint8, (channels, height, width).</returns>
    internal static Tensor Decode(Tensor inks, ImageMode mode)
    {
        var wide = inks.To(DType.Int32);
        var colors = (wide[..3] * wide[3..] + byte.MaxValue / 2).Div(byte.MaxValue, "floor");
        return (mode == ImageMode.Rgb ? colors : ColorModes.Luma(colors)).To(DType.UInt8);
    }
}
