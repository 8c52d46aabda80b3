using System.Text.Json.Nodes;

namespace Anyformer.Data.Texts.Tokenization.PostProcessors;

/// <summary>Puts tokens around one text, or around two.</summary>
internal abstract class PostProcessor
{
    /// <summary>How many tokens are added.</summary>
    internal abstract int Added(bool isPair);

    /// <summary>Adds the tokens.</summary>
    /// <param name="sequences">One sequence a text, or what the post-processor before this one made of them.</param>
    /// <param name="addsSpecial">False to leave out the added tokens.</param>
    internal abstract IReadOnlyList<TokenSequence> Process(IReadOnlyList<TokenSequence> sequences, bool addsSpecial);

    /// <summary>The post-processor as a section of a <c>tokenizer.json</c>.</summary>
    internal abstract JsonObject ToJson();
}
