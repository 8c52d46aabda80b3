using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Models;

/// <summary>A token that a model found in a word.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Start">Where it begins in the word, in UTF-16 code units.</param>
/// <param name="Length">How long it is.</param>
internal readonly record struct WordToken(int Id, int Start, int Length);

/// <summary>Makes tokens of a word, as pre-tokenizers part it off; may be called from several threads.</summary>
internal abstract class TokenModel
{
    /// <summary>The tokens and their ids.</summary>
    internal abstract Vocabulary Vocabulary { get; }

    /// <summary>The id of what the vocabulary lacks; null when there is none.</summary>
    internal abstract int? Unknown { get; }

    /// <summary>Adds the tokens of a word.</summary>
    internal abstract void Tokenize(ReadOnlySpan<char> word, List<WordToken> tokens);

    /// <summary>What a token is called.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="text">What it stands for.</param>
    internal virtual string TextOf(int id, ReadOnlySpan<char> text) => Vocabulary.TokenOf(id)!;

    /// <summary>The model as a section of a <c>tokenizer.json</c>.</summary>
    internal abstract JsonObject ToJson();
}
