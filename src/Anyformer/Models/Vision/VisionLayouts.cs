using Anyformer.Checkpoints;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>The state dicts of the plain Vision Transformer and its descendants, as their authors publish them.</summary>
public static class VisionLayouts
{
    /// <summary>timm's names, which MAE's fine-tuned models and DINO's backbones share: for a <see cref="VisionTransformer"/>.</summary>
    /// <param name="isGated">Whether the feed-forwards are SwiGLU, in timm's packed form.</param>
    public static StateDictLayout Timm(bool isGated = false) => TimmEncoder("", isGated)
        .Rename("encoder.class_tokens", "cls_token")
        .Rename("pooled_norm.{p}", "fc_norm.{p}")
        .Rename("representation.{p}", "pre_logits.fc.{p}")
        .Rename("pooling.latent", "attn_pool.latent")
        .Rename("pooling.attention.query_projection.{p}", "attn_pool.q.{p}")
        .Merge("attn_pool.kv.{p}", 0, "pooling.attention.key_projection.{p}", "pooling.attention.value_projection.{p}")
        .Rename("pooling.attention.output_projection.{p}", "attn_pool.proj.{p}")
        .Rename("pooling.norm.{p}", "attn_pool.norm.{p}")
        .FeedForward("pooling.feed_forward", "attn_pool.mlp");

    /// <summary>timm's and the authors' names of distilled models: for a <see cref="Vision.DeiT"/>.</summary>
    public static StateDictLayout DeiT() => TimmEncoder("")
        .Split("encoder.class_tokens", 1, "cls_token", "dist_token")
        .Rename("head.class.{p}", "head.{p}")
        .Rename("head.distillation.{p}", "head_dist.{p}");

    /// <summary>
    /// facebookresearch/dinov2: for a <see cref="VisionTransformer"/> without classes, with a mask token and with positions for its class token but not
    /// for registers.
    /// </summary>
    /// <param name="layers">Blocks.</param>
    /// <param name="chunks">Chunks that the blocks are kept in, as in checkpoints of the training code; 0 for none, as in published weights.</param>
    /// <param name="isGated">Whether the feed-forwards are SwiGLU.</param>
    public static StateDictLayout DinoV2(int layers, int chunks = 0, bool isGated = false)
    {
        var layout = new StateDictLayout();
        var chunk = chunks > 0 ? layers / chunks : layers;
        for (var i = 0; i < layers; i++)
        {
            var (own, official) = ($"encoder.blocks.{i}", chunks > 0 ? $"blocks.{i / chunk}.{i}" : $"blocks.{i}");
            layout.Block(own, official);
            if (isGated)
                layout.GatedFeedForward($"{own}.feed_forward", $"{official}.mlp", "w12", "w3");
            else
                layout.FeedForward($"{own}.feed_forward", $"{official}.mlp");
        }

        return layout.Embedding("")
            .Rename("encoder.class_tokens", "cls_token")
            .Rename("encoder.registers", "register_tokens")
            .Rename("encoder.mask_token", "mask_token");
    }

    /// <summary>
    /// A pre-trained model of facebookresearch/mae: its encoder, for a <see cref="VisionTransformer"/> without classes. The decoder is left out.
    /// </summary>
    public static StateDictLayout Mae() => Timm()
        .Unused("mask_token")
        .Unused("decoder_pos_embed")
        .Unused("decoder_{part}.{p}")
        .Unused("decoder_blocks.{i}.{part}.{p}")
        .Unused("decoder_blocks.{i}.{part}.{map}.{p}");

    /// <summary>
    /// A backbone inside a training checkpoint of facebookresearch/dino: for a <see cref="VisionTransformer"/> without classes. The projection head is
    /// left out. Published backbones alone have the names of <see cref="Timm"/>.
    /// </summary>
    public static StateDictLayout Dino() => TimmEncoder("backbone.")
        .Rename("encoder.class_tokens", "backbone.cls_token")
        .Unused("head.mlp.{i}.{p}")
        .Unused("head.last_layer.{p}");

    private static StateDictLayout TimmEncoder(string prefix, bool isGated = false)
    {
        var layout = new StateDictLayout().Block("encoder.blocks.{i}", $"{prefix}blocks.{{i}}");
        layout = isGated
            ? layout.GatedFeedForward("encoder.blocks.{i}.feed_forward", $"{prefix}blocks.{{i}}.mlp", "fc1", "fc2")
            : layout.FeedForward("encoder.blocks.{i}.feed_forward", $"{prefix}blocks.{{i}}.mlp");
        return layout.Embedding(prefix).Rename("encoder.registers", $"{prefix}reg_token");
    }

    private static StateDictLayout Embedding(this StateDictLayout layout, string prefix) => layout
        .Rename("encoder.patches.{p}", $"{prefix}patch_embed.proj.{{p}}")
        .Rename("encoder.positions", $"{prefix}pos_embed")
        .Rename("encoder.embedding_norm.{p}", $"{prefix}norm_pre.{{p}}")
        .Rename("encoder.norm.{p}", $"{prefix}norm.{{p}}");

    private static StateDictLayout Block(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.mixer_wiring.norm.{{p}}", $"{official}.norm1.{{p}}")
        .Rename($"{own}.mixer_wiring.scale.gamma", $"{official}.ls1.gamma")
        .Merge($"{official}.attn.qkv.{{p}}", 0,
            $"{own}.mixer.query_projection.{{p}}", $"{own}.mixer.key_projection.{{p}}", $"{own}.mixer.value_projection.{{p}}")
        .Rename($"{own}.mixer.function.query_norm.{{p}}", $"{official}.attn.q_norm.{{p}}")
        .Rename($"{own}.mixer.function.key_norm.{{p}}", $"{official}.attn.k_norm.{{p}}")
        .Rename($"{own}.mixer.output_projection.{{p}}", $"{official}.attn.proj.{{p}}")
        .Rename($"{own}.feed_forward_wiring.norm.{{p}}", $"{official}.norm2.{{p}}")
        .Rename($"{own}.feed_forward_wiring.scale.gamma", $"{official}.ls2.gamma");

    private static StateDictLayout FeedForward(this StateDictLayout layout, string own, string official) => layout
        .Rename($"{own}.hidden.{{p}}", $"{official}.fc1.{{p}}")
        .Rename($"{own}.output.{{p}}", $"{official}.fc2.{{p}}");

    /// <summary>Here what passes comes before its gate, there the gate comes first.</summary>
    private static StateDictLayout GatedFeedForward(this StateDictLayout layout, string own, string official, string hidden, string output) => layout
        .Convert($"{own}.hidden.{{p}}", $"{official}.{hidden}.{{p}}", SwapHalves, SwapHalves)
        .Rename($"{own}.output.{{p}}", $"{official}.{output}.{{p}}");

    private static Tensor SwapHalves(Tensor tensor) => Functional.Cat([.. tensor.Chunk(2, 0).Reverse()], 0);
}
