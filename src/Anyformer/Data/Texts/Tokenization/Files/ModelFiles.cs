using Anyformer.Data.Texts.Tokenization.PostProcessors;
using Anyformer.Data.Texts.Tokenization.SentencePiece;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>
/// SentencePiece's model files. Alone they are used as SentencePiece uses them; a <c>tokenizer_config.json</c> beside one says what Hugging Face's slow
/// tokenizers do with it: they put tokens around texts, and find those tokens in texts.
/// </summary>
internal static class ModelFiles
{
    /// <summary>Opens a model.</summary>
    /// <exception cref="UserException">It is none.</exception>
    internal static Tokenizer Open(string path, TokenizerConfig config)
    {
        var file = new SentencePieceFile(TokenizerFiles.Bytes(path), path);
        var parts = file.Parts();
        if (config.Class.Length == 0)
            return new Tokenizer(parts, file.Roles);
        AddedToken[] added = [.. Known(file, config), .. ExtraIds(file, config)];
        int? IdOf(string token) => added.FirstOrDefault(known => known.Content == token)?.Id ?? file.Model.Vocabulary.IdOf(token);
        return new Tokenizer(parts with { AddedTokens = added, PostProcessor = Around(file, config) }, config.Roles(IdOf, file.Model.Unknown));
    }

    /// <summary>The model's tokens that stand for no text.</summary>
    private static IEnumerable<AddedToken> Known(SentencePieceFile file, TokenizerConfig config) => new[] { "bos_token", "eos_token", "unk_token", "pad_token" }
        .Select(config.Token).OfType<string>().Distinct().Where(token => file.Model.Vocabulary.IdOf(token) is not null)
        .Select(token => new AddedToken(file.Model.Vocabulary.IdOf(token)!.Value, token) { IsSpecial = true });

    /// <summary>T5 has tokens behind those of its model, the first with the highest id.</summary>
    private static IEnumerable<AddedToken> ExtraIds(SentencePieceFile file, TokenizerConfig config)
    {
        var count = config.Class == "T5Tokenizer" ? Math.Clamp(config.Integer("extra_ids") ?? 100, 0, 1 << 16) : 0;
        var last = file.Model.Vocabulary.Count + count - 1;
        return Enumerable.Range(0, count).Select(number => new AddedToken(last - number, $"<extra_id_{number}>") { IsSpecial = true });
    }

    private static Template? Around(SentencePieceFile file, TokenizerConfig config)
    {
        TemplatePiece[] begin = config.Flag("add_bos_token") ?? config.Class == "LlamaTokenizer" ? [Piece(file.Roles.Begin)] : [];
        TemplatePiece[] end = config.Flag("add_eos_token") ?? config.Class == "T5Tokenizer" ? [Piece(file.Roles.End)] : [];
        TemplatePiece[] single = [.. begin, TemplatePiece.First, .. end];
        TemplatePiece[] pair = [.. single, .. begin, TemplatePiece.Second(), .. end];
        return single.Length == 1 ? null : Template.Of(single, pair, name => file.Model.Vocabulary.IdOf(name)!.Value);
        TemplatePiece Piece(int? id) => TemplatePiece.Token(file.Model.Vocabulary.TokenOf(id ?? -1)
            ?? throw new UserException("The configuration of the tokenizer puts a token around texts that its SentencePiece model lacks."));
    }
}
