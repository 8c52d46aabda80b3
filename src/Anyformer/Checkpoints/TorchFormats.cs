namespace Anyformer.Checkpoints;

/// <summary>Tells the zip archives of <c>torch.save</c> from the other files that bear the same extensions.</summary>
internal static class TorchFormats
{
    /// <summary>The pickled number 0x1950a86a20f9469cfc6c, with which files of PyTorch before 1.6 begin, after the protocol.</summary>
    private static ReadOnlySpan<byte> LegacyMagic => [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <exception cref="MalformedFileException">The file is not a zip archive, or is one of the known other formats.</exception>
    public static void CheckIsArchive(MappedFile file)
    {
        var head = file.Span(0, (int)Math.Min(file.Length, 32));
        if (head.StartsWith("PK\u0003\u0004"u8))
            return;
        if (head.Length > 2 && head[2..].StartsWith(LegacyMagic))
            throw new MalformedFileException("it has the format of PyTorch before 1.6, which is not a zip archive "
                + "(in Python with PyTorch 1.6 or later, convert it with torch.save(torch.load(path, map_location='cpu'), new_path))");
        throw new MalformedFileException("it does not begin like a zip archive");
    }
}
