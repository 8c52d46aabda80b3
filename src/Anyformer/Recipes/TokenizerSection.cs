using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Anyformer.Data.Texts.Tokenization;
using Anyformer.Data.Texts.Tokenization.Training;

namespace Anyformer.Recipes;

/// <summary>What the tokens of a text are.</summary>
[JsonDerivedType(typeof(CharacterTokenizerSection), "character")]
[JsonDerivedType(typeof(ByteTokenizerSection), "byte")]
[JsonDerivedType(typeof(BytePairTokenizerSection), "bpe")]
[JsonDerivedType(typeof(WordPieceTokenizerSection), "wordpiece")]
[JsonDerivedType(typeof(WordTokenizerSection), "words")]
[JsonDerivedType(typeof(TokenizerFileSection), "file")]
public abstract record TokenizerSection
{
    /// <summary>The tokenizer.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="training">The part of it that a model learns from, all that a vocabulary may be found in.</param>
    /// <exception cref="UserException">It cannot be made, or read.</exception>
    public abstract Tokenizer Make(string text, string training);
}

/// <summary>Characters, Unicode code points; those of the text are all that there are.</summary>
public sealed record CharacterTokenizerSection : TokenizerSection
{
    /// <inheritdoc/>
    public override Tokenizer Make(string text, string training) => Tokenizer.OfCharacters(text);
}

/// <summary>The bytes of the text in UTF-8.</summary>
public sealed record ByteTokenizerSection : TokenizerSection
{
    /// <inheritdoc/>
    public override Tokenizer Make(string text, string training) => Tokenizer.OfBytes();
}

/// <summary>Byte-level byte-pair encoding, trained on the part of the text to learn from.</summary>
public sealed record BytePairTokenizerSection : TokenizerSection
{
    /// <summary>What translators and masked language models need; others do not mind them.</summary>
    private static readonly string[] s_special = ["<pad>", "<s>", "</s>", "<mask>"];

    /// <summary>Tokens of the vocabulary at most.</summary>
    [Description("tokens of the vocabulary at most"), Range(256, 1 << 24)]
    public int Vocabulary { get; init; } = 4000;

    /// <inheritdoc/>
    public override Tokenizer Make(string text, string training) =>
        TokenizerTrainer.TrainBytePairs([training], new TokenizerTrainingOptions { Vocabulary = Vocabulary, SpecialTokens = s_special });
}

/// <summary>WordPiece, trained on the part of the text to learn from. It does not keep the text as it is: whitespace goes, and what is rare is unknown.</summary>
public sealed record WordPieceTokenizerSection : TokenizerSection
{
    /// <summary>Tokens of the vocabulary at most.</summary>
    [Description("tokens of the vocabulary at most"), Range(8, 1 << 24)]
    public int Vocabulary { get; init; } = 4000;

    /// <summary>True for lower case, without accents.</summary>
    [Description("true for lower case, without accents")]
    public bool Lowercase { get; init; } = true;

    /// <inheritdoc/>
    public override Tokenizer Make(string text, string training) =>
        TokenizerTrainer.TrainWordPieces([training], new TokenizerTrainingOptions { Vocabulary = Vocabulary }, Lowercase);
}

/// <summary>Words and marks that are frequent in the part of the text to learn from; all others are one. It does not keep the text as it is: whitespace goes.</summary>
public sealed record WordTokenizerSection : TokenizerSection
{
    /// <summary>How often a word must be there.</summary>
    [Description("how often a word must be there to be a token"), Range(1, int.MaxValue)]
    public int LeastCount { get; init; } = 2;

    /// <summary>Most words; null for no limit.</summary>
    [Description("most words, the most frequent ones; no limit when left out"), Range(1, int.MaxValue)]
    public int? MostWords { get; init; }

    /// <inheritdoc/>
    public override Tokenizer Make(string text, string training) => Tokenizer.OfWords([training], LeastCount, MostWords);
}

/// <summary>A tokenizer that there is.</summary>
public sealed record TokenizerFileSection : TokenizerSection
{
    /// <summary>A folder, or one of its files: tokenizer.json, vocab.txt, vocab.json with merges.txt, spiece.model or tokenizer.model.</summary>
    [Description("a folder, or a file in it: tokenizer.json, vocab.txt, vocab.json with merges.txt, spiece.model, tokenizer.model")]
    public required string Path { get; init; }

    /// <inheritdoc/>
    public override Tokenizer Make(string text, string training) => Tokenizer.Open(Path);
}
