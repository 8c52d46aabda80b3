using Anyformer.Torch;

namespace Anyformer.Tasks;

/// <summary>Token ids of texts side by side.</summary>
internal static class PaddedTokens
{
    /// <summary>Rows of one length, filled up behind, (rows, tokens), and true where they are no padding; null where nothing is padding.</summary>
    /// <param name="rows">The ids of each text.</param>
    /// <param name="padding">What fills up.</param>
    /// <param name="device">Where they go.</param>
    internal static (Tensor Ids, Tensor? Real) Of(IReadOnlyList<int[]> rows, int padding, Device device)
    {
        var most = rows.Max(row => row.Length);
        var ids = new long[rows.Count * most];
        Array.Fill(ids, padding);
        foreach (var (index, row) in rows.Index())
            for (var place = 0; place < row.Length; place++)
                ids[index * most + place] = row[place];
        var tensor = Tensor.From<long>(ids).View([rows.Count, most]).To(device);
        if (rows.All(row => row.Length == most))
            return (tensor, null);
        var lengths = Tensor.From<long>([.. rows.Select(row => (long)row.Length)]).Unsqueeze(1);
        return (tensor, Functional.Arange(most).Lt(lengths).To(device));
    }
}
