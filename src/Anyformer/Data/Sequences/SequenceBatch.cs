using Anyformer.Torch;

namespace Anyformer.Data.Sequences;

/// <summary>Sequences side by side, as tensors.</summary>
/// <param name="Tokens">Token ids, (batch, tokens), 32-bit integers; of pairs, the first sequences and below them the second ones: (2 batch, tokens).</param>
/// <param name="Real">True at tokens, false at padding, of the shape of <paramref name="Tokens"/>; null when no sequence has padding.</param>
/// <param name="Labels">The classes, (batch), 64-bit integers.</param>
public sealed record SequenceBatch(Tensor Tokens, Tensor? Real, Tensor Labels)
{
    /// <summary>Some samples of a part of the data.</summary>
    /// <param name="data">What the samples belong to.</param>
    /// <param name="samples">One of its parts.</param>
    /// <param name="indices">Which samples.</param>
    /// <param name="device">Where the tensors go.</param>
    public static SequenceBatch Of(SequenceData data, SequenceSamples samples, ReadOnlySpan<int> indices, Device device)
    {
        var chosen = indices.ToArray();
        var read = new SequenceSample[chosen.Length];
        Parallel.For(0, chosen.Length, i => read[i] = samples[chosen[i]]);
        byte[][] rows = [.. read.Select(sample => sample.Symbols), .. data.Pairs ? read.Select(sample => sample.Second!) : []];
        var labels = Tensor.From(read.Select(sample => (long)sample.Label).ToArray(), read.Length);
        return new SequenceBatch(Ids(rows, data).To(device), Mask(rows, data)?.To(device), labels.To(device));
    }

    private static Tensor Ids(byte[][] rows, SequenceData data)
    {
        var ids = new int[rows.Length * data.Tokens];
        foreach (var (row, symbols) in rows.Index())
            for (var i = 0; i < Math.Min(symbols.Length, data.Tokens); i++)
                ids[row * data.Tokens + i] = symbols[i] + data.FirstToken;
        return Tensor.From(ids, rows.Length, data.Tokens);
    }

    private static Tensor? Mask(byte[][] rows, SequenceData data)
    {
        if (rows.All(symbols => symbols.Length >= data.Tokens))
            return null;
        var real = new bool[rows.Length * data.Tokens];
        foreach (var (row, symbols) in rows.Index())
            real.AsSpan(row * data.Tokens, Math.Min(symbols.Length, data.Tokens)).Fill(true);
        return Tensor.From(real, rows.Length, data.Tokens);
    }
}
