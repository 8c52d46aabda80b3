using Anyformer.Data.Texts.Tokenization.Patterns;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads a <c>pattern</c> of a <c>tokenizer.json</c>: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternSection
{
    /// <summary>The pattern.</summary>
    internal static TextPattern Read(JsonSection section) =>
        section["String"] is { } literal ? new LiteralPattern(literal.Text)
        : section["Regex"] is { } regex ? new RegexPattern(regex.Text)
        : section.IsText ? new LiteralPattern(section.Text)
        : throw section.Wrong("an object with 'String' or 'Regex'");
}
