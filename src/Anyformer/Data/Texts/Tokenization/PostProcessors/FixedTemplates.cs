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
    internal static FixedTemplates Bert((int Id, string Text) begin, (int Id, string Text) separator) =>
        new(Make(begin, separator, [null, 0, -1], [null, 0, -1, 1, -1], secondType: 1), false, false, false, new JsonObject
        {
            ["type"] = "BertProcessing",
            ["sep"] = new JsonArray(separator.Text, separator.Id),
            ["cls"] = new JsonArray(begin.Text, begin.Id),
        });

    /// <summary><c>&lt;s&gt; A &lt;/s&gt; &lt;/s&gt; B &lt;/s&gt;</c>, all of one type.</summary>
    internal static FixedTemplates Roberta((int Id, string Text) begin, (int Id, string Text) separator, bool trims, bool addsPrefixSpace) =>
        new(Make(begin, separator, [null, 0, -1], [null, 0, -1, -1, 1, -1], secondType: 0), trims, addsPrefixSpace, true, new JsonObject
        {
            ["type"] = "RobertaProcessing",
            ["sep"] = new JsonArray(separator.Text, separator.Id),
            ["cls"] = new JsonArray(begin.Text, begin.Id),
            ["trim_offsets"] = trims,
            ["add_prefix_space"] = addsPrefixSpace,
        });

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

    /// <summary>Templates in which null is the token that begins, -1 the one that separates, and other numbers are texts.</summary>
    private static Template Make((int Id, string Text) begin, (int Id, string Text) separator, int?[] single, int?[] pair, int secondType)
    {
        TemplatePiece[] Pieces(int?[] places) => [.. places.Select((place, at) => place switch
        {
            null => new TemplatePiece(null, "begin", 0),
            -1 => new TemplatePiece(null, "separator", places.Take(at).Contains(1) ? secondType : 0),
            _ => new TemplatePiece(place, "", place == 1 ? secondType : 0),
        })];
        return new Template(Pieces(single), Pieces(pair), new Dictionary<string, (int Id, string Text)[]> { ["begin"] = [begin], ["separator"] = [separator] });
    }
}
