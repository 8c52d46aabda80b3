using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Data.Sequences.ListOps;

/// <summary>Runs the cases of the Long Range Arena: expressions of its own generator, and their values.</summary>
[Reference("long-range-arena")]
internal sealed class ListOpsReference : ReferenceAdapter
{
    private const int Padding = ListOpsSymbols.Count;

    /// <inheritdoc/>
    public override ParityResult Run(ParityCase parity)
    {
        // They steered Python's generator; the case gives the expressions and asks for their values.
        parity.Config.WithoutEffect("seed", "n", "max_depth", "max_args", "lo", "hi");
        var tokens = parity.Input("tokens");
        var rows = tokens.To(DType.Int64).ToArray<long>().Chunk((int)tokens.Size(1));
        var values = rows.Select(row => (long)ListOpsExpression.Value(Symbols(row))).ToArray();
        return new ParityResult(new Dictionary<string, Tensor> { ["value"] = Tensor.From(values, values.Length) });
    }

    private static byte[] Symbols(long[] row) => [.. row.TakeWhile(id => id != Padding).Select(id => id is >= 0 and < Padding ? (byte)id
        : throw new UserException($"The case has a token {id}, expected 0 to {Padding}."))];
}
