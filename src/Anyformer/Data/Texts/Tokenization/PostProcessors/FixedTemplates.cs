using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.PostProcessors;

/// <summary>The templates that have a name of their own: BERT's and RoBERTa's.</summary>
internal sealed class FixedTemplates : PostProcessor
{
    private readonly Template _template;
    private readonly JsonObject _json;
    // RoBERTa trims ranges before it adds tokens, and knows one type only, added tokens or not.
    private readonly bool _trims;
    private readonly bool _addsPrefixSpace;
    private readonly bool _hasOneType;

    private FixedTemplates(Template template, bool trims, bool addsPrefixSpace, bool hasOneType, JsonObject json) =>
        (_template, _trims, _addsPrefixSpace, _hasOneType, _json) = (template, trims, addsPrefixSpace, hasOneType, json);

    /// <summary><c>[CLS] A [SEP] B [SEP]</c>, the second text of another type.</summary>
    internal static FixedTemplates Bert((int Id, string Text) begin, (int Id, string Text) separator)
    {
        var (first, last) = (TemplatePiece.Token(begin.Text), TemplatePiece.Token(separator.Text));
        var template = Template.Of([first, TemplatePiece.First, last], [first, TemplatePiece.First, last, TemplatePiece.Second(1), last with { TypeId = 1 }],
            name => name == begin.Text ? begin.Id : separator.Id);
        return new FixedTemplates(template, false, false, false, Json("BertProcessing", begin, separator));
    }

    /// <summary><c>&lt;s&gt; A &lt;/s&gt; &lt;/s&gt; B &lt;/s&gt;</c>, all of one type.</summary>
    internal static FixedTemplates Roberta((int Id, string Text) begin, (int Id, string Text) separator, bool trims, bool addsPrefixSpace)
    {
        var (first, last) = (TemplatePiece.Token(begin.Text), TemplatePiece.Token(separator.Text));
        var template = Template.Of([first, TemplatePiece.First, last], [first, TemplatePiece.First, last, last, TemplatePiece.Second(), last],
            name => name == begin.Text ? begin.Id : separator.Id);
        var json = Json("RobertaProcessing", begin, separator);
        (json["trim_offsets"], json["add_prefix_space"]) = (trims, addsPrefixSpace);
        return new FixedTemplates(template, trims, addsPrefixSpace, true, json);
    }

    /// <inheritdoc/>
    internal override int Added(bool isPair) => _template.Added(isPair);

    /// <inheritdoc/>
    internal override IReadOnlyList<TokenSequence> Process(IReadOnlyList<TokenSequence> sequences, bool addsSpecial)
    {
        if (_trims)
            sequences = [.. sequences.Select(sequence => OffsetTrimming.Trim(sequence, _addsPrefixSpace))];
        if (addsSpecial)
            return _template.Process(sequences, true);
        return _hasOneType ? [.. sequences.Select(sequence => sequence.WithType(0))] : sequences;
    }

    /// <inheritdoc/>
    internal override JsonObject ToJson() => _json.DeepClone().AsObject();

    private static JsonObject Json(string type, (int Id, string Text) begin, (int Id, string Text) separator) => new()
    {
        ["type"] = type,
        ["sep"] = new JsonArray(separator.Text, separator.Id),
        ["cls"] = new JsonArray(begin.Text, begin.Id),
    };
}
