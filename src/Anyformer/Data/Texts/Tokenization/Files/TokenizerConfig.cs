using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>
/// What lies beside a vocabulary: <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>. They say what special tokens are for, and, where there
/// is no <c>tokenizer.json</c>, how the vocabulary is used.
/// </summary>
internal sealed class TokenizerConfig
{
    /// <summary>The name of the file.</summary>
    internal const string Name = "tokenizer_config.json";

    /// <summary>The name of the file that says what special tokens are for, and no more.</summary>
    internal const string MapName = "special_tokens_map.json";

    private const string ExtraId = "<extra_id_";

    private static readonly (string Key, string[] Usual)[] s_roles =
    [
        ("pad_token", ["[PAD]", "<pad>", "<|pad|>", "<|padding|>"]),
        ("unk_token", ["[UNK]", "<unk>"]),
        ("bos_token", ["<s>", "[BOS]", "<bos>", "<|begin_of_text|>", "<|endoftext|>"]),
        ("eos_token", ["</s>", "[EOS]", "<eos>", "<|end_of_text|>", "<|endoftext|>"]),
        ("mask_token", ["[MASK]", "<mask>"]),
        ("sep_token", ["[SEP]"]),
        ("cls_token", ["[CLS]"]),
    ];

    private readonly JsonSection[] _files;

    private TokenizerConfig(JsonSection[] files) => _files = files;

    /// <summary>Says nothing.</summary>
    internal static TokenizerConfig None { get; } = new([]);

    /// <summary>The class that the tokenizer has in Hugging Face's library, without the <c>Fast</c> at its end; empty when it is not said.</summary>
    internal string Class => Member("tokenizer_class") is { } name ? name.Text.EndsWith("Fast", StringComparison.Ordinal) ? name.Text[..^4] : name.Text : "";

    /// <summary>Reads what lies in a folder; nothing need be there.</summary>
    internal static TokenizerConfig Read(string folder) => new([.. new[] { Name, MapName }
        .Select(name => Path.Combine(folder, name)).Where(File.Exists).Select(JsonSection.Read)]);

    /// <summary>The configuration of a tokenizer.</summary>
    internal static string Write(Tokenizer tokenizer) => new JsonObject([.. ClassOf(tokenizer), new("clean_up_tokenization_spaces", false), .. RolesOf(tokenizer)])
        .ToJsonString(TokenizerJson.Readable);

    /// <summary>What the special tokens of a tokenizer are for.</summary>
    internal static string WriteMap(Tokenizer tokenizer) => new JsonObject(RolesOf(tokenizer)).ToJsonString(TokenizerJson.Readable);

    /// <summary>A truth value; null when nothing is said.</summary>
    internal bool? Flag(string key) => Member(key)?.Flag;

    /// <summary>An integer; null when nothing is said.</summary>
    internal int? Integer(string key) => Member(key)?.Integer;

    /// <summary>The token of a role, such as <c>pad_token</c>; null when it is not said.</summary>
    internal string? Token(string key) => Member(key) is not { } token ? null : token.IsText ? token.Text : token.Required("content").Text;

    /// <summary>What tokens are for: as the files say, or else as they are usually called.</summary>
    /// <param name="idOf">The id of a token.</param>
    /// <param name="unknown">The unknown token of the model.</param>
    internal SpecialTokens Roles(Func<string, int?> idOf, int? unknown)
    {
        int?[] ids = [.. s_roles.Select(role => Token(role.Key) is { } said ? idOf(said) : Usual(role.Usual, idOf))];
        return new SpecialTokens { Pad = ids[0], Unknown = unknown ?? ids[1], Begin = ids[2], End = ids[3], Mask = ids[4], Separator = ids[5], Class = ids[6] };
    }

    /// <summary>The class at Hugging Face; that of a SentencePiece model knows what the class puts around texts by itself.</summary>
    private static KeyValuePair<string, JsonNode?>[] ClassOf(Tokenizer tokenizer)
    {
        if (tokenizer.Parts.SentencePiece is not { } model)
            return [new("tokenizer_class", "PreTrainedTokenizerFast")];
        var around = tokenizer.Encode("").Ids;
        var extra = tokenizer.Parts.AddedTokens.Count(token => token.Content.StartsWith(ExtraId, StringComparison.Ordinal));
        KeyValuePair<string, JsonNode?>[] flags =
        [
            new("add_bos_token", around.Length > 0 && around[0] == tokenizer.Special.Begin),
            new("add_eos_token", around.Length > 0 && around[^1] == tokenizer.Special.End),
        ];
        return model.IsUnigram ? [new("tokenizer_class", "T5Tokenizer"), new("extra_ids", extra), .. flags] : [new("tokenizer_class", "LlamaTokenizer"), .. flags];
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> RolesOf(Tokenizer tokenizer)
    {
        var special = tokenizer.Special;
        var ids = new[] { special.Pad, special.Unknown, special.Begin, special.End, special.Mask, special.Separator, special.Class };
        return s_roles.Zip(ids).Where(role => role.Second is not null)
            .Select(role => KeyValuePair.Create(role.First.Key, (JsonNode?)tokenizer.TokenOf(role.Second!.Value)));
    }

    private static int? Usual(string[] names, Func<string, int?> idOf) => names.Select(idOf).FirstOrDefault(id => id is not null);

    private JsonSection? Member(string key) => _files.Select(file => file[key]).FirstOrDefault(found => found is not null);
}
