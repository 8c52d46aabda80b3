namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Opens and saves tokenizers, whatever files they lie in.</summary>
internal static class TokenizerFiles
{
    private const string Json = "tokenizer.json", Vocabulary = "vocab.json", Merges = "merges.txt", WordPieces = "vocab.txt";

    // The file that says most comes first.
    private static readonly string[] s_names = [Json, "spiece.model", "tokenizer.model", "sentencepiece.bpe.model", Vocabulary, WordPieces];

    /// <summary>Opens a folder or a file.</summary>
    internal static Tokenizer Open(string path)
    {
        var file = Directory.Exists(path) ? FileOf(path) : File.Exists(path) ? path
            : throw new UserException($"There is no tokenizer '{path}', expected a folder or a file.");
        var config = TokenizerConfig.Read(Path.GetDirectoryName(Path.GetFullPath(file))!);
        return Path.GetExtension(file) == ".model" ? ModelFiles.Open(file, config) : WithRoles(Parts(file, config), config);
    }

    /// <summary>Saves to a folder.</summary>
    internal static void Save(Tokenizer tokenizer, string folder)
    {
        Directory.CreateDirectory(folder);
        if (tokenizer.Parts.SentencePiece is { } model)
            AtomicFile.Write(Path.Combine(folder, model.IsUnigram ? s_names[1] : s_names[2]), stream => stream.Write(model.Data));
        else
            AtomicFile.WriteText(Path.Combine(folder, Json), TokenizerJson.Write(tokenizer.Parts));
        AtomicFile.WriteText(Path.Combine(folder, TokenizerConfig.Name), TokenizerConfig.Write(tokenizer));
        AtomicFile.WriteText(Path.Combine(folder, TokenizerConfig.MapName), TokenizerConfig.WriteMap(tokenizer));
    }

    /// <summary>Whether two tokenizers make the same tokens of every text.</summary>
    internal static bool AreSame(Tokenizer one, Tokenizer other) => (one.Parts.SentencePiece, other.Parts.SentencePiece) switch
    {
        ({ } model, { } otherModel) => model.Data.AsSpan().SequenceEqual(otherModel.Data) && one.Special == other.Special,
        (null, null) => TokenizerJson.Write(one.Parts) == TokenizerJson.Write(other.Parts) && one.Special == other.Special,
        _ => false,
    };

    /// <summary>A tokenizer whose tokens are for what its configuration says.</summary>
    internal static Tokenizer WithRoles(TokenizerParts parts, TokenizerConfig config)
    {
        var added = parts.AddedTokens.ToLookup(token => token.Content, token => (int?)token.Id);
        return new Tokenizer(parts, config.Roles(token => added[token].FirstOrDefault() ?? parts.Model.Vocabulary.IdOf(token), parts.Model.Unknown));
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="UserException">It cannot be read.</exception>
    internal static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"'{path}' cannot be read ({problem.Message.TrimEnd('.')}).", problem);
        }
    }

    private static string FileOf(string folder) => s_names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new UserException($"The folder '{folder}' has no tokenizer, expected one of {string.Join(", ", s_names)}.");

    private static TokenizerParts Parts(string file, TokenizerConfig config)
    {
        var folder = Path.GetDirectoryName(file)!;
        return Path.GetFileName(file) switch
        {
            Vocabulary => Pairs(file, Path.Combine(folder, Merges), config),
            Merges => Pairs(Path.Combine(folder, Vocabulary), file, config),
            var name when name.EndsWith(".txt", StringComparison.Ordinal) => WordPieceFile.Read(file,
                new WordPieceRules(config.Flag("do_lower_case"), config.Flag("strip_accents"), config.Flag("tokenize_chinese_chars") ?? true)),
            var name when name.EndsWith(".json", StringComparison.Ordinal) => TokenizerJson.Read(file),
            var name => throw new UserException($"'{file}' is no tokenizer by its name {name}, expected one of {string.Join(", ", s_names)}."),
        };
    }

    private static TokenizerParts Pairs(string vocabulary, string merges, TokenizerConfig config) => File.Exists(vocabulary) && File.Exists(merges)
        ? BytePairFiles.Read(vocabulary, merges, config.Flag("add_prefix_space") ?? false,
            config.Class is "RobertaTokenizer" or "LongformerTokenizer" or "BartTokenizer" or "LEDTokenizer")
        : throw new UserException($"'{vocabulary}' and '{merges}' belong together, and one of them is missing.");
}
