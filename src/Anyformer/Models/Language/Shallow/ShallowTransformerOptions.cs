using System.ComponentModel;
using Anyformer.Attention.Shallow;
using Anyformer.Models.Language.EncoderDecoders;

namespace Anyformer.Models.Language.Shallow;

/// <summary>Options of <see cref="ShallowTransformer"/>; the defaults are those of the paper: the encoder's attention replaced, in size M.</summary>
public sealed record ShallowTransformerOptions
{
    /// <summary>The replacements of the paper in a Transformer of its size, and a small one.</summary>
    public static IReadOnlyDictionary<string, ShallowTransformerOptions> Presets { get; } = new Dictionary<string, ShallowTransformerOptions>
    {
        ["small"] = new()
        {
            Transformer = EncoderDecoderOptions.Presets["small"] with { Position = EncoderDecoderOptions.Presets["original"].Position },
            Replacements = [new() { Size = ShallowSize.S }],
        },
        ["alr"] = new(),
        ["alsr"] = new() { Replacements = [new() { Approach = ShallowApproach.Heads }] },
        ["alrr"] = new() { Replacements = [new() { Approach = ShallowApproach.Sublayer }] },
        ["elr"] = new() { Replacements = [new() { Approach = ShallowApproach.Layer }] },
        ["decoder"] = new() { Replacements = [new() { Place = ShallowPlace.Decoder }] },
        ["cross-attention"] = new() { Replacements = [new() { Place = ShallowPlace.CrossAttention }] },
        ["all"] = new() { Replacements = [new(), new() { Place = ShallowPlace.Decoder }, new() { Place = ShallowPlace.CrossAttention }] },
    };

    /// <summary>The Transformer, with the attention that is left.</summary>
    [Description("the Transformer, with the attention that is left")]
    public EncoderDecoderOptions Transformer { get; init; } = EncoderDecoderOptions.Presets["rethinking-attention"];

    /// <summary>What is replaced.</summary>
    [Description("which attention is replaced, and by what networks")]
    public ValueList<ShallowReplacement> Replacements { get; init; } = [new()];
}
