using Anyformer.Data.Texts.Tokenization.PreTokenizers;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads the section <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerSection
{
    /// <summary>The pre-tokenizer.</summary>
    internal static PreTokenizer Read(JsonSection section) => section.Required("type").Text switch
    {
        "Sequence" => new PreTokenizerSequence([.. section.Required("pretokenizers").Items.Select(Read)]),
        "Whitespace" => PatternSplit.Words(),
        "WhitespaceSplit" => PatternSplit.Whitespace(),
        "BertPreTokenizer" => new BertWords(),
        "ByteLevel" => new ByteLevel(section["add_prefix_space"]?.Flag ?? true, section["use_regex"]?.Flag ?? true),
        "Metaspace" => new Metaspace(section.Required("replacement").Character, Prepend(section), section["split"]?.Flag ?? true),
        "Split" => PatternSplit.At(PatternSection.Read(section.Required("pattern")), Behavior(section.Required("behavior")), section["invert"]?.Flag ?? false),
        "Punctuation" => PatternSplit.Punctuation(section["behavior"] is { } behavior ? Behavior(behavior) : SplitBehavior.Isolated),
        "Digits" => PatternSplit.Digits(section["individual_digits"]?.Flag ?? false),
        "CharDelimiterSplit" or "Delimiter" => PatternSplit.Delimiter(section.Required("delimiter").Character.ToString()),
        _ => throw section.Required("type").Wrong(
            "Sequence, Whitespace, WhitespaceSplit, BertPreTokenizer, ByteLevel, Metaspace, Split, Punctuation, Digits or CharDelimiterSplit"),
    };

    /// <summary>Where a Metaspace goes before a text; files of old say it with a flag.</summary>
    internal static PrependScheme Prepend(JsonSection section) => section["add_prefix_space"] is { } flag && !flag.Flag ? PrependScheme.Never
        : section["prepend_scheme"] is not { } scheme ? PrependScheme.Always
        : scheme.Text switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw scheme.Wrong("always, first or never"),
        };

    private static SplitBehavior Behavior(JsonSection section) => section.Text switch
    {
        "Removed" or "removed" => SplitBehavior.Removed,
        "Isolated" or "isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" or "merged_with_previous" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" or "merged_with_next" => SplitBehavior.MergedWithNext,
        "Contiguous" or "contiguous" => SplitBehavior.Contiguous,
        _ => throw section.Wrong("Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
    };
}
