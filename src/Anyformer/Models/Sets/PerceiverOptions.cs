using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Attention;
using Anyformer.Attention.Memory;
using Anyformer.Recipes;

namespace Anyformer.Models.Sets;

/// <summary>Options of <see cref="Perceiver"/>.</summary>
public sealed record PerceiverOptions
{
    /// <summary>The published size.</summary>
    public static IReadOnlyDictionary<string, PerceiverOptions> Presets { get; } = new Dictionary<string, PerceiverOptions>
    {
        ["imagenet"] = new() { Bands = 64, MaxFrequency = 224, Layers = 8, Width = 1024, SelfAttentionBlocks = 6, HeadWidth = 128, TieLayers = true },
    };

    /// <summary>Bands of frequencies of the places.</summary>
    [Description("bands of frequencies of the places"), Range(1, 65536)]
    public int Bands { get; init; } = 6;

    /// <summary>Twice the highest frequency, in waves over half an axis: the places along it.</summary>
    [Description("highest frequency, best the places along an axis"), Range(0.0, 1e9)]
    public double MaxFrequency { get; init; } = 10;

    /// <summary>Whether the features of places are appended to the channels.</summary>
    [Description("append the Fourier features of places to the channels")]
    public bool FourierFeatures { get; init; } = true;

    /// <summary>Times that the latents read the input.</summary>
    [Description("times that the latents read the input"), Range(1, 1000)]
    public int Layers { get; init; } = 6;

    /// <summary>Latents.</summary>
    [Description("latents"), Range(1, 65536)]
    public int Latents { get; init; } = 512;

    /// <summary>Width of a latent.</summary>
    [Description("width of a latent"), Range(1, 65536)]
    public int Width { get; init; } = 512;

    /// <summary>Heads with which the latents read.</summary>
    [Description("heads of cross-attention"), Range(1, 1024)]
    public int CrossHeads { get; init; } = 1;

    /// <summary>Width of each.</summary>
    [Description("width of a head of cross-attention"), Range(1, 65536)]
    public int CrossHeadWidth { get; init; } = 64;

    /// <summary>Heads of self-attention.</summary>
    [Description("heads of self-attention"), Range(1, 1024)]
    public int Heads { get; init; } = 8;

    /// <summary>Width of each.</summary>
    [Description("width of a head of self-attention"), Range(1, 65536)]
    public int HeadWidth { get; init; } = 64;

    /// <summary>Blocks of self-attention after every reading.</summary>
    [Description("blocks of self-attention after every reading"), Range(0, 1000)]
    public int SelfAttentionBlocks { get; init; } = 1;

    /// <summary>Whether all layers after the first are one.</summary>
    [Description("share the weights of all layers after the first")]
    public bool TieLayers { get; init; }

    /// <summary>How the latents ask the input.</summary>
    [Description("attention function with which the latents ask the input")]
    public Part<AttentionFunction> CrossAttention { get; init; } = Part<AttentionFunction>.Of("softmax");

    /// <summary>Probability of dropout on attention weights.</summary>
    [Description("probability of dropout on attention weights"), Range(0.0, 1.0)]
    public double AttentionDropout { get; init; }

    /// <summary>Probability of dropout on what feed-forward parts give.</summary>
    [Description("probability of dropout on what feed-forward parts give"), Range(0.0, 1.0)]
    public double FeedForwardDropout { get; init; }

    /// <summary>A layer of these sizes.</summary>
    internal LatentLayer Layer(int inputWidth) => new(
        new LatentLayerShape(Width, inputWidth, CrossHeads, CrossHeadWidth, Heads, HeadWidth, SelfAttentionBlocks),
        CrossAttention, AttentionDropout, FeedForwardDropout);
}
