using Anyformer.Data.Texts.Tokenization.PostProcessors;

namespace Anyformer.Data.Texts.Tokenization.Files;

/// <summary>Reads the section <c>post_processor</c> of a <c>tokenizer.json</c>.</summary>
internal static class PostProcessorSection
{
    /// <summary>The post-processor.</summary>
    internal static PostProcessor Read(JsonSection section) => section.Required("type").Text switch
    {
        "Sequence" => new PostProcessorSequence([.. section.Required("processors").Items.Select(Read)]),
        "TemplateProcessing" => ReadTemplate(section),
        "BertProcessing" => FixedTemplates.Bert(Token(section.Required("cls")), Token(section.Required("sep"))),
        "RobertaProcessing" => FixedTemplates.Roberta(Token(section.Required("cls")), Token(section.Required("sep")),
            section["trim_offsets"]?.Flag ?? true, section["add_prefix_space"]?.Flag ?? true),
        "ByteLevel" => new OffsetTrimming(section["add_prefix_space"]?.Flag ?? true, section["trim_offsets"]?.Flag ?? true),
        _ => throw section.Required("type").Wrong("Sequence, TemplateProcessing, BertProcessing, RobertaProcessing or ByteLevel"),
    };

    private static (int Id, string Text) Token(JsonSection section) =>
        section.Items.ToArray() is [var text, var id] ? (id.Integer, text.Text) : throw section.Wrong("a token and its id");

    private static Template ReadTemplate(JsonSection section)
    {
        var special = section["special_tokens"]?.Members.ToDictionary(member => member.Name, member => Tokens(member.Value)) ?? [];
        TemplatePiece[] Pieces(string name, int texts) => [.. section.Required(name).Items.Select(item => Piece(item, special.ContainsKey, texts))];
        return new Template(Pieces("single", 1), Pieces("pair", 2), special);
    }

    private static (int Id, string Text)[] Tokens(JsonSection section)
    {
        int[] ids = [.. section.Required("ids").Items.Select(item => item.Integer)];
        string[] texts = [.. section.Required("tokens").Items.Select(item => item.Text)];
        return ids.Length == texts.Length ? [.. ids.Zip(texts)] : throw section.Wrong("as many ids as tokens");
    }

    private static TemplatePiece Piece(JsonSection item, Predicate<string> isSpecial, int texts)
    {
        if (item["Sequence"] is { } sequence)
        {
            return sequence.Required("id").Text switch
            {
                "A" => new TemplatePiece(0, "", sequence["type_id"]?.Integer ?? 0),
                "B" when texts > 1 => new TemplatePiece(1, "", sequence["type_id"]?.Integer ?? 0),
                _ => throw sequence.Required("id").Wrong(texts > 1 ? "A or B" : "A"),
            };
        }

        var token = item["SpecialToken"] ?? throw item.Wrong("an object with 'Sequence' or 'SpecialToken'");
        var name = token.Required("id").Text;
        return isSpecial(name) ? new TemplatePiece(null, name, token["type_id"]?.Integer ?? 0)
            : throw token.Required("id").Wrong("one of the template's 'special_tokens'");
    }
}
