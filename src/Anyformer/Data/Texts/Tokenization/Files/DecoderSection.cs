using Anyformer.Data.Texts.Tokenization.Decoders;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads the section <c>decoder</c> of a <c>tokenizer.json</c>.</summary>
internal static class DecoderSection
{
    /// <summary>The decoder.</summary>
    internal static TokenDecoder Read(JsonSection section) => section.Required("type").Text switch
    {
        "Sequence" => new DecoderSequence([.. section.Required("decoders").Items.Select(Read)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "WordPiece" => new WordPieceDecoder(section["prefix"]?.Text ?? "##", section["cleanup"]?.Flag ?? true),
        "Metaspace" => new MetaspaceDecoder(section.Required("replacement").Character, PreTokenizerSection.Prepend(section), section["split"]?.Flag ?? true),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => new StripDecoder(section.Required("content").Character, section["start"]?.Integer ?? 0, section["stop"]?.Integer ?? 0),
        "Replace" => new ReplaceDecoder(PatternSection.Read(section.Required("pattern")), section.Required("content").Text),
        "BPEDecoder" => new SuffixDecoder(section["suffix"]?.Text ?? "</w>"),
        _ => throw section.Required("type").Wrong("Sequence, ByteLevel, WordPiece, Metaspace, ByteFallback, Fuse, Strip, Replace or BPEDecoder"),
    };
}
