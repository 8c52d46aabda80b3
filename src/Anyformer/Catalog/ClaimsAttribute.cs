namespace Anyformer.Catalog;

/// <summary>What an attention mechanism lets through that a mask should have stopped, because its authors' code does.</summary>
[Flags]
public enum Leaks
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A token depends on later ones under a causal mask.</summary>
    Future = 1,

    /// <summary>A token depends on padding.</summary>
    Padding = 2,

    /// <summary>A sample depends on the others of its batch.</summary>
    Batch = 4,

    /// <summary>A token depends on ones that a table of pairs keeps from it.</summary>
    Pairs = 8,
}

/// <summary>What the catalog claims of an attention mechanism. The tests hold every mechanism to it, and the benchmark its growth.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ClaimsAttribute : Attribute
{
    /// <summary>The power of the number of tokens with which time and memory grow, logarithms left out: 2 when every pair is scored.</summary>
    public double Growth { get; init; } = 2;

    /// <summary>Whether it takes a causal mask.</summary>
    public bool Causal { get; init; }

    /// <summary>Whether it takes samples with padding.</summary>
    public bool Padding { get; init; } = true;

    /// <summary>Whether it is built for a number of tokens, and takes no more.</summary>
    public bool FixedTokens { get; init; }

    /// <summary>What it lets through all the same.</summary>
    public Leaks Leaks { get; init; }

    /// <summary>Why it does, in a sentence.</summary>
    public string? Caveat { get; init; }
}
