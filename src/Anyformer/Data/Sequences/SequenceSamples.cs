namespace Anyformer.Data.Sequences;

/// <summary>Samples by number, wherever they come from: memory, files, a generator. Safe to be read from several threads.</summary>
public abstract class SequenceSamples
{
    /// <summary>How many there are.</summary>
    public abstract int Count { get; }

    /// <summary>A sample, the same one every time.</summary>
    /// <exception cref="UserException">A file that it lies in cannot be read any more.</exception>
    public abstract SequenceSample this[int index] { get; }

    /// <summary>Samples that are in memory.</summary>
    public static SequenceSamples Of(IReadOnlyList<SequenceSample> samples) => new Listed(samples);

    /// <summary>Some of these samples, in an order of their own.</summary>
    public SequenceSamples Select(int[] order) => new Selected(this, order);

    private sealed class Listed(IReadOnlyList<SequenceSample> samples) : SequenceSamples
    {
        public override int Count => samples.Count;

        public override SequenceSample this[int index] => samples[index];
    }

    private sealed class Selected(SequenceSamples all, int[] order) : SequenceSamples
    {
        public override int Count => order.Length;

        public override SequenceSample this[int index] => all[order[index]];
    }
}
