using System.Buffers;
using System.Text;

namespace Anyformer.Torch.Native;

/// <summary>A string as zero-terminated UTF-8, on the caller's stack when short and in a pooled array otherwise. <c>Count</c> is -1 for null.</summary>
internal ref struct Utf8Buffer
{
    internal const int InlineSize = 128;

    private readonly Span<byte> _bytes;
    private byte[]? _pooled;

    internal Utf8Buffer(string? text, Span<byte> inline)
    {
        if (text is null)
        {
            Count = -1;
            return;
        }

        Count = Encoding.UTF8.GetByteCount(text);
        if (Count >= inline.Length)
            inline = _pooled = ArrayPool<byte>.Shared.Rent(Count + 1);
        _bytes = inline[..(Count + 1)];
        Encoding.UTF8.GetBytes(text, _bytes);
        _bytes[Count] = 0;
    }

    internal int Count { get; }

    internal readonly ref byte GetPinnableReference() => ref _bytes.GetPinnableReference();

    internal void Dispose()
    {
        if (_pooled is not null)
            ArrayPool<byte>.Shared.Return(_pooled);
        _pooled = null;
    }
}
