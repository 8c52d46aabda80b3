using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tests.Models.Language.Decoding;

/// <summary>A model whose scores of the next token are looked up by the last one: searches over it can be done by hand.</summary>
/// <param name="logProbabilities">For each last token, those of the next ones.</param>
internal sealed class TableModel(double[][] logProbabilities) : LanguageModel
{
    protected override Tensor Encode(TextInput text) => text.Tokens.Unsqueeze(-1);

    protected override Tensor Score(Tensor states)
    {
        var table = Tensor.From<double>([.. logProbabilities.SelectMany(row => row)]).View([logProbabilities.Length, -1]);
        return table.IndexSelect(0, states.Flatten()).View([states.Size(0), states.Size(1), -1]);
    }
}
