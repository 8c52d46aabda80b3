using System.Buffers;

namespace Anyformer.Torch.Native;

/// <summary>The native handles of a list of tensors, on the caller's stack when there are few and in a pooled array otherwise.</summary>
internal ref struct HandleBuffer
{
    internal const int InlineSize = 32;

    private readonly Span<nint> _handles;
    private nint[]? _pooled;

    internal HandleBuffer(ReadOnlySpan<Tensor?> tensors, Span<nint> inline)
    {
        if (tensors.Length > inline.Length)
            inline = _pooled = ArrayPool<nint>.Shared.Rent(tensors.Length);
        _handles = inline[..tensors.Length];
        for (var i = 0; i < tensors.Length; i++)
            _handles[i] = tensors[i]?.Handle ?? 0;
    }

    internal readonly int Count => _handles.Length;

    internal readonly ref nint GetPinnableReference() => ref _handles.GetPinnableReference();

    internal void Dispose()
    {
        if (_pooled is not null)
            ArrayPool<nint>.Shared.Return(_pooled);
        _pooled = null;
    }
}
