namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Opens and saves tokenizers, whatever files they lie in.</summary>
internal static class TokenizerFiles
{
    /// <summary>The file of Hugging Face's library, which says everything.</summary>
    internal const string JsonName = "tokenizer.json";

    /// <summary>Opens a folder or a file.</summary>
    internal static Tokenizer Open(string path)
    {
        var file = Directory.Exists(path) ? FileOf(path) : File.Exists(path) ? path : throw new UserException($"There is no tokenizer '{path}', expected a folder or a file.");
        var config = TokenizerConfig.Read(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var parts = TokenizerJson.Read(file);
        var added = parts.AddedTokens.ToLookup(token => token.Content, token => (int?)token.Id);
        return new Tokenizer(parts, config.Roles(token => added[token].FirstOrDefault() ?? parts.Model.Vocabulary.IdOf(token), parts.Model.Unknown));
    }

    /// <summary>Saves to a folder.</summary>
    internal static void Save(Tokenizer tokenizer, string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(Path.Combine(folder, JsonName), TokenizerJson.Write(tokenizer.Parts));
        AtomicFile.WriteText(Path.Combine(folder, TokenizerConfig.Name), TokenizerConfig.Write(tokenizer));
    }

    private static string FileOf(string folder) => Path.Combine(folder, JsonName) is var path && File.Exists(path) ? path
        : throw new UserException($"The folder '{folder}' has no tokenizer, expected {JsonName}.");
}
