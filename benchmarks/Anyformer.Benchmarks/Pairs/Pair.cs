namespace Anyformer.Benchmarks.Pairs;

/// <summary>Work that several sides do, one of them ours.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Text">What it is, for readers.</param>
/// <param name="Unit">What is counted a second.</param>
/// <param name="Ours">The first side.</param>
/// <param name="Peers">The others.</param>
internal sealed record Pair(string Name, string Text, string Unit, Side Ours, params Side[] Peers);
