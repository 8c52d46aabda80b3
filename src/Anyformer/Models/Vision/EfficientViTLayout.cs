using Anyformer.Checkpoints;

namespace Anyformer.Models.Vision;

/// <summary>The names of microsoft/Cream's EfficientViT.</summary>
/// <param name="isFolded">Whether its batch norms are folded: what is left of a pair then has the pair's name.</param>
internal sealed class EfficientViTLayout(bool isFolded)
{
    private readonly StateDictLayout _layout = new();

    /// <summary>The model.</summary>
    /// <param name="depths">Blocks, by stage.</param>
    internal StateDictLayout OfModel(IReadOnlyList<int> depths)
    {
        foreach (var i in Enumerable.Range(0, 4))
            Pair($"stem.{i}", $"patch_embed.{2 * i}");
        foreach (var (i, depth) in depths.Index())
            Stage($"stages.{i}", $"blocks{i + 1}", i > 0, depth);
        Pair("head.class", "head", "linear", "l");
        Pair("head.distillation", "head_dist", "linear", "l");
        return _layout;
    }

    /// <summary>The attention alone; the prefixes are those of its names, with the last dot.</summary>
    internal StateDictLayout OfAttention(string own = "", string official = "")
    {
        Pair($"{own}projections.{{head}}", $"{official}qkvs.{{head}}");
        Pair($"{own}query_convolutions.{{head}}", $"{official}dws.{{head}}");
        Pair($"{own}output", $"{official}proj.1");
        return _layout.Rename($"{own}biases", $"{official}attention_biases").Unused($"{official}attention_bias_idxs");
    }

    private void Stage(string own, string official, bool reduces, int depth)
    {
        if (reduces)
        {
            Mixing($"{own}.reduction.before", $"{official}.0.0", $"{official}.0.1");
            Pair($"{own}.reduction.expansion", $"{official}.1.conv1");
            Pair($"{own}.reduction.convolution", $"{official}.1.conv2");
            Pair($"{own}.reduction.projection", $"{official}.1.conv3");
            _layout.Rename($"{own}.reduction.gate.squeeze.{{p}}", $"{official}.1.se.fc1.{{p}}");
            _layout.Rename($"{own}.reduction.gate.excitation.{{p}}", $"{official}.1.se.fc2.{{p}}");
            Mixing($"{own}.reduction.after", $"{official}.2.0", $"{official}.2.1");
        }

        // Blocks are numbered on from the three parts of a reduction.
        foreach (var i in Enumerable.Range(0, depth))
            Block($"{own}.blocks.{i}", $"{official}.{(reduces ? i + 3 : i)}");
    }

    private void Block(string own, string official)
    {
        Mixing($"{own}.before", $"{official}.dw0", $"{official}.ffn0");
        OfAttention($"{own}.attention.", $"{official}.mixer.m.attn.");
        Mixing($"{own}.after", $"{official}.dw1", $"{official}.ffn1");
    }

    private void Mixing(string own, string convolution, string feedForward)
    {
        Pair($"{own}.convolution", $"{convolution}.m");
        Pair($"{own}.hidden", $"{feedForward}.m.pw1");
        Pair($"{own}.output", $"{feedForward}.m.pw2");
    }

    private void Pair(string own, string official, string ownMap = "convolution", string officialMap = "c") => _layout
        .Rename($"{own}.{ownMap}.{{p}}", isFolded ? $"{official}.{{p}}" : $"{official}.{officialMap}.{{p}}")
        .Rename($"{own}.norm.{{p}}", $"{official}.bn.{{p}}");
}
