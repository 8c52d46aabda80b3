namespace Anyformer.Comparison;

/// <summary>One labelled fact for the reader: <c>processor</c>, <c>AMD EPYC 9004, 16 cores</c>.</summary>
/// <param name="Label">What is described.</param>
/// <param name="Value">Its value, as it should be read.</param>
public sealed record Fact(string Label, string Value);
