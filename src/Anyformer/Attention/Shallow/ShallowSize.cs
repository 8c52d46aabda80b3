namespace Anyformer.Attention.Shallow;

/// <summary>How wide the hidden layer of a shallow network is, by the names of its paper and code.</summary>
public enum ShallowSize
{
    /// <summary>A 256th of the numbers of a sentence; for a single head a 32nd.</summary>
    Xs,

    /// <summary>A 128th of the numbers of a sentence; for a single head a 16th.</summary>
    S,

    /// <summary>An eighth of the numbers of a sentence.</summary>
    M,

    /// <summary>Half of the numbers of a sentence; for a single head a quarter.</summary>
    L,

    /// <summary>Twice the numbers of a sentence; for a single head a quarter.</summary>
    Xl,
}

/// <summary>Hidden units by size.</summary>
internal static class ShallowSizes
{
    /// <summary>The hidden units of a network that reads so many numbers; one at least.</summary>
    internal static int Hidden(this ShallowSize size, int inputs) => Math.Max(1, size switch
    {
        ShallowSize.Xs => inputs / 256,
        ShallowSize.S => inputs / 128,
        ShallowSize.M => inputs / 8,
        ShallowSize.L => inputs / 2,
        _ => 2 * inputs,
    });

    /// <summary>The hidden units of the network of one head that reads so many numbers; one at least.</summary>
    internal static int HiddenOfHead(this ShallowSize size, int inputs) => Math.Max(1, size switch
    {
        ShallowSize.Xs => inputs / 32,
        ShallowSize.S => inputs / 16,
        ShallowSize.M => inputs / 8,
        _ => inputs / 4,
    });
}
