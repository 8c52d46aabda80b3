using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>Windows side by side over a text, each with the token behind it.</summary>
/// <param name="ids">The token ids of the text.</param>
/// <param name="tokens">Tokens of a window.</param>
/// <param name="first">Where the first window begins.</param>
internal sealed class TextWindows(int[] ids, int tokens, int first = 0)
{
    /// <summary>How many whole windows there are.</summary>
    internal int Count => (ids.Length - 1 - first) / tokens;

    /// <summary>Windows and the token behind each, (windows, tokens + 1).</summary>
    /// <param name="windows">Which windows.</param>
    /// <param name="device">Where they go.</param>
    internal Tensor Batch(ReadOnlySpan<int> windows, Device device)
    {
        var batch = new long[windows.Length * (tokens + 1)];
        for (var row = 0; row < windows.Length; row++)
            for (var place = 0; place <= tokens; place++)
                batch[row * (tokens + 1) + place] = ids[first + windows[row] * tokens + place];
        return Tensor.From<long>(batch).View([windows.Length, tokens + 1]).To(device);
    }
}
