using Anyformer.Torch;

namespace Anyformer.Data.Images.Files;

/// <summary>Changes the mode of decoded images.</summary>
internal static class ColorModes
{
    /// <summary>Colours as grey levels or grey levels as colours; the same tensor when it is in the mode already.</summary>
    /// <param name="image">uint8, (1 or 3, height, width).</param>
    /// <param name="mode">The mode wanted.</param>
    internal static Tensor Convert(Tensor image, ImageMode mode) => (image.Shape[0], mode) switch
    {
        (1, ImageMode.Rgb) => image.Expand([3, -1, -1]),
        (3, ImageMode.Gray) => Luma(image.To(DType.Int32)).To(DType.UInt8),
        _ => image,
    };

    /// <summary>ITU-R BT.601 luma in whole numbers, as Pillow computes it.</summary>
    /// <param name="colors">int32, (3, height, width), 0 to 255.</param>
    internal static Tensor Luma(Tensor colors) =>
        (colors[..1] * 19595 + colors[1..2] * 38470 + colors[2..] * 7471 + 0x8000).BitwiseRightShift(16);
}
