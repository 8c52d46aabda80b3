using System.Collections.Immutable;
using System.Globalization;
using Anyformer.Models.Language;

namespace Anyformer.Tasks.Texts;

/// <summary>What a checkpoint of a classifier of texts says beside its weights.</summary>
/// <param name="Classes">The names of the classes, in the order of the scores.</param>
/// <param name="Shape">The sizes that its model was built for.</param>
internal sealed record TextClassifierMetadata(ImmutableArray<string> Classes, LanguageShape Shape)
{
    private const string VocabularyKey = "vocabulary", TokensKey = "tokens";

    internal IReadOnlyDictionary<string, string> ToTexts() => new Dictionary<string, string>(
        [ClassNames.ToText(Classes), new(VocabularyKey, $"{Shape.Vocabulary}"), new(TokensKey, $"{Shape.Tokens}")]);

    /// <exception cref="UserException">The checkpoint says nothing of this kind.</exception>
    internal static TextClassifierMetadata FromTexts(IReadOnlyDictionary<string, string> texts, string path) =>
        ClassNames.FromTexts(texts) is { IsEmpty: false } classes && Count(texts, VocabularyKey) is { } vocabulary && Count(texts, TokensKey) is { } tokens
            ? new TextClassifierMetadata(classes, new LanguageShape(vocabulary, tokens))
            : throw new UserException($"The checkpoint '{path}' does not say which classes it knows; expected that of a classifier of texts.");

    private static int? Count(IReadOnlyDictionary<string, string> texts, string key) =>
        int.TryParse(texts.GetValueOrDefault(key), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;
}
