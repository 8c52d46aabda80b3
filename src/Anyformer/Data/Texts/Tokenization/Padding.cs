namespace Anyformer.Data.Texts.Tokenization;

/// <summary>How texts that are too short are filled up.</summary>
public sealed record Padding
{
    /// <summary>Tokens of every text; null for as many as the longest of its batch has.</summary>
    public int? Tokens { get; init; }

    /// <summary>The number of tokens becomes a multiple of this.</summary>
    public int MultipleOf { get; init; } = 1;

    /// <summary>The side where padding goes.</summary>
    public TextSide Side { get; init; }

    /// <summary>The token that fills up.</summary>
    public required int Id { get; init; }

    /// <summary>What the token that fills up is called; null for what the vocabulary calls it.</summary>
    public string? Token { get; init; }

    /// <summary>The type of the token that fills up.</summary>
    public int TypeId { get; init; }

    /// <summary>How many tokens a batch has that holds a text of <paramref name="longest"/> tokens.</summary>
    internal int Length(int longest)
    {
        var length = Tokens ?? longest;
        return checked((length + MultipleOf - 1) / MultipleOf * MultipleOf);
    }
}
