namespace Anyformer.Data.Images.Files;

/// <summary>What colours become when an image is read.</summary>
public enum ImageMode
{
    /// <summary>One channel of grey levels.</summary>
    Gray,

    /// <summary>Three channels: red, green, blue.</summary>
    Rgb,
}

/// <summary>Facts of modes.</summary>
public static class ImageModes
{
    /// <summary>The number of channels of an image in this mode: 1 or 3.</summary>
    public static int Channels(this ImageMode mode) => mode == ImageMode.Gray ? 1 : 3;
}
