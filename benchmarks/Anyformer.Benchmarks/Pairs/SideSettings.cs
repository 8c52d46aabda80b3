namespace Anyformer.Benchmarks.Pairs;

/// <summary>A way to run one side of a pair: the program with its arguments and variables.</summary>
/// <param name="Setting">What is particular about it, in words.</param>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments; threads and seconds are appended.</param>
/// <param name="Variables">Variables of its environment.</param>
internal sealed record SideSettings(string Setting, string Program, string[] Arguments, IReadOnlyDictionary<string, string> Variables);
