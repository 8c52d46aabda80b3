namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>What becomes of the text that a split finds.</summary>
internal enum SplitBehavior
{
    /// <summary>It is left out.</summary>
    Removed,

    /// <summary>It is a part of its own.</summary>
    Isolated,

    /// <summary>It ends the part before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the part after it.</summary>
    MergedWithNext,

    /// <summary>What is found side by side is one part.</summary>
    Contiguous,
}
