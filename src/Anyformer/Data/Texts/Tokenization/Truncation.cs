namespace Anyformer.Data.Texts.Tokenization;

/// <summary>What is cut when a pair of texts is too long.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer text, and both alike once they are equally long.</summary>
    LongestFirst,

    /// <summary>The first text.</summary>
    OnlyFirst,

    /// <summary>The second text.</summary>
    OnlySecond,
}

/// <summary>A side of a text.</summary>
public enum TextSide
{
    /// <summary>Its end.</summary>
    Right,

    /// <summary>Its beginning.</summary>
    Left,
}

/// <summary>How texts that are too long are cut.</summary>
/// <param name="MaxTokens">Tokens that remain, those that are added around the texts included.</param>
public sealed record Truncation(int MaxTokens)
{
    /// <summary>Which text of a pair is cut.</summary>
    public TruncationStrategy Strategy { get; init; }

    /// <summary>The side that is cut.</summary>
    public TextSide Side { get; init; }

    /// <summary>How many tokens of each text remain, of what there is.</summary>
    /// <param name="first">Tokens of the first text.</param>
    /// <param name="second">Tokens of the second text; null without one.</param>
    /// <param name="added">Tokens that will be added around them.</param>
    internal (int First, int Second) Share(int first, int? second, int added)
    {
        var room = Math.Max(0, MaxTokens - added);
        var excess = first + (second ?? 0) - room;
        if (excess <= 0)
            return (first, second ?? 0);
        if (room == 0)
            return (0, 0);
        return Strategy switch
        {
            TruncationStrategy.OnlyFirst => (Remaining(first, excess, "first"), second ?? 0),
            TruncationStrategy.OnlySecond => (first, Remaining(second ?? 0, excess, "second")),
            _ => second is { } other ? ShareOfBoth(first, other, room) : (room, 0),
        };
    }

    /// <summary>The shorter text keeps what it has while the longer one can pay; after that both get half.</summary>
    private static (int First, int Second) ShareOfBoth(int first, int second, int room)
    {
        var shorter = Math.Min(first, second);
        var longer = Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
            (shorter, longer) = (room / 2, room - room / 2);
        return first > second ? (longer, shorter) : (shorter, longer);
    }

    private int Remaining(int tokens, int excess, string which) => tokens > excess ? tokens - excess
        : throw new UserException($"The {which} text has {tokens} tokens, too few to cut {excess} of them to keep at most {MaxTokens}.");
}
