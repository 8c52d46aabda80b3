namespace Anyformer.Comparison.Texts;

/// <summary>What a model wrote.</summary>
/// <param name="Model">The <see cref="ModelResult.Id"/> of the model.</param>
/// <param name="Prompt">What it was given: the beginning of the text, or the text to translate.</param>
/// <param name="Text">What it wrote.</param>
/// <param name="Reference">What might have been written; null when nobody knows.</param>
public sealed record TextSample(string Model, string Prompt, string Text, string? Reference = null);
