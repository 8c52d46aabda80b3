using Anyformer.Torch;

namespace Anyformer.Data.Images.Files;

/// <summary>torchvision's operators for image files, loaded when one is called for the first time. They need no Python.</summary>
internal static class ImageOperators
{
    private static readonly Lazy<string?> s_problem = new(Load);

    // Before torchvision 0.15 arguments have no names, and from 0.20 on there is no such argument.
    private static readonly Lazy<bool> s_asksFor16Bits = new(() =>
        Dispatcher.Schema("image::decode_png") is var schema
        && (schema.Contains("allow_16_bits", StringComparison.Ordinal) || schema.Contains("bool _2", StringComparison.Ordinal)));

    /// <summary>Why there are none, in a sentence; null when they are there.</summary>
    internal static string? Problem => s_problem.Value;

    /// <summary>Whether interlaced images of 16 bits come out wrong: the decoders that must be told of 16 bits keep one row for all passes.</summary>
    internal static bool MixesWidePasses => Problem is null && s_asksFor16Bits.Value;

    /// <summary>Decodes a PNG file.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="readMode">torchvision's number of the mode.</param>
    /// <param name="mayBeWide">Whether 16-bit levels may come out as they are; newer torchvisions do not ask.</param>
    internal static Tensor DecodePng(Tensor file, int readMode, bool mayBeWide) =>
        MixesWidePasses ? Call("decode_png", file, readMode, mayBeWide) : Call("decode_png", file, readMode);

    /// <summary>Calls an operator that gives one tensor.</summary>
    /// <exception cref="UserException">The operators are not there.</exception>
    /// <exception cref="TorchException">The operator refused its arguments.</exception>
    internal static Tensor Call(string name, params object?[] arguments) =>
        Problem is { } problem ? throw new UserException(problem) : (Tensor)Dispatcher.Call("image::" + name, arguments)[0]!;

    private static string? Load()
    {
        if (TorchRuntime.ImageLibrary is not { } path)
            return "Images cannot be decoded, because torchvision was not found beside libtorch when Anyformer was built: "
                + "install Debian's python3-torchvision, or torchvision beside the torch that ANYFORMER_TORCH names, and run ./setup.sh.";
        try
        {
            TorchRuntime.LoadLibrary(path);
            return null;
        }
        catch (TorchException exception)
        {
            return $"Images cannot be decoded, because torchvision's operators cannot be loaded ({exception.Message}): run ./setup.sh.";
        }
    }
}
