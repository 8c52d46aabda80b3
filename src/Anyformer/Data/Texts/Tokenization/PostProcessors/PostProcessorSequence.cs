using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.PostProcessors;

/// <summary>Post-processors one after the other.</summary>
internal sealed class PostProcessorSequence(PostProcessor[] processors) : PostProcessor
{
    /// <inheritdoc/>
    internal override int Added(bool isPair) => processors.Sum(processor => processor.Added(isPair));

    /// <inheritdoc/>
    internal override IReadOnlyList<TokenSequence> Process(IReadOnlyList<TokenSequence> sequences, bool addsSpecial) =>
        processors.Aggregate(sequences, (current, processor) => processor.Process(current, addsSpecial));

    /// <inheritdoc/>
    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Sequence",
        ["processors"] = new JsonArray([.. processors.Select(processor => (JsonNode)processor.ToJson())]),
    };
}
