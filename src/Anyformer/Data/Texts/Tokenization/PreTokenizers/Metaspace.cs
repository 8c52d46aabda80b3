using System.Text;
using System.Text.Json.Nodes;
using Anyformer.Data.Texts.Tokenization.Patterns;

namespace Anyformer.Data.Texts.Tokenization.PreTokenizers;

/// <summary>Where a <see cref="Metaspace"/> goes before a text.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Before the piece that begins the text.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

/// <summary>Writes spaces as a visible character, such as U+2581, and splits before it.</summary>
/// <param name="replacement">The visible character.</param>
/// <param name="prepend">Where it goes before a text that does not begin with it.</param>
/// <param name="splits">False to write only.</param>
internal sealed class Metaspace(Rune replacement, PrependScheme prepend, bool splits) : PreTokenizer
{
    private readonly LiteralPattern _replacement = new(replacement.ToString());

    /// <inheritdoc/>
    internal override void Split(TextPiece piece, List<TextPiece> pieces)
    {
        var isFirst = piece.Origin.Start == 0;
        piece = WithoutSpaces(piece);
        var prepends = prepend == PrependScheme.Always || prepend == PrependScheme.First && isFirst;
        if (prepends && piece.Length > 0 && !piece.Span.StartsWith(replacement.ToString()))
            piece = ByteLevel.WithPrefix(piece, replacement);
        if (splits)
            PieceSplitter.Split(piece, _replacement, SplitBehavior.MergedWithNext, pieces);
        else
            pieces.Add(piece);
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => Json(replacement, prepend, splits);

    /// <summary>The section, which the decoder of this kind shares.</summary>
    internal static JsonObject Json(Rune replacement, PrependScheme prepend, bool splits) => new()
    {
        ["type"] = "Metaspace",
        ["replacement"] = replacement.ToString(),
        ["prepend_scheme"] = prepend switch
        {
            PrependScheme.Always => "always",
            PrependScheme.First => "first",
            _ => "never",
        },
        ["split"] = splits,
    };

    private TextPiece WithoutSpaces(TextPiece piece)
    {
        if (!piece.Span.Contains(' '))
            return piece;
        var rewriter = new TextRewriter(piece.Source, piece.Start, piece.Length);
        while (!rewriter.IsAtEnd)
        {
            if (rewriter.Next.Value == ' ')
                rewriter.Replace(replacement);
            else
                rewriter.Keep();
        }

        return TextPiece.Whole(rewriter.ToText());
    }
}
