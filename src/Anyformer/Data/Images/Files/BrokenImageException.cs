namespace Anyformer.Data.Images.Files;

/// <summary>An image that cannot be decoded: not one at all, damaged, or larger than anything honest.</summary>
public sealed class BrokenImageException : UserException
{
    /// <summary>A broken image, told in one sentence.</summary>
    public BrokenImageException(string message) : base(message) { }

    /// <summary>A broken image, told in one sentence, with what raised it.</summary>
    public BrokenImageException(string message, Exception inner) : base(message, inner) { }
}
