using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>Windows side by side over a text: what a model sees, and one place further what it is to say.</summary>
/// <param name="ids">The token ids of the text.</param>
/// <param name="tokens">Tokens of a window.</param>
/// <param name="first">Where the first window begins.</param>
internal sealed class TextWindows(int[] ids, int tokens, int first = 0)
{
    /// <summary>How many whole windows there are.</summary>
    internal int Count => (ids.Length - 1 - first) / tokens;

    /// <summary>Inputs and what comes next, each (windows, tokens).</summary>
    /// <param name="windows">Which windows.</param>
    /// <param name="device">Where they go.</param>
    internal (Tensor Inputs, Tensor Targets) Batch(ReadOnlySpan<int> windows, Device device)
    {
        var batch = new long[windows.Length * (tokens + 1)];
        for (var row = 0; row < windows.Length; row++)
            for (var place = 0; place <= tokens; place++)
                batch[row * (tokens + 1) + place] = ids[first + windows[row] * tokens + place];
        var texts = Tensor.From<long>(batch).View([windows.Length, tokens + 1]).To(device);
        return (texts.Narrow(1, 0, tokens), texts.Narrow(1, 1, tokens));
    }
}
