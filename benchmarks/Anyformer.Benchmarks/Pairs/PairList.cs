using static Anyformer.Benchmarks.Pairs.Sides;

namespace Anyformer.Benchmarks.Pairs;

/// <summary>Everything that is compared. A row more is an entry here, a work in <see cref="Works.WorkList"/> and a script in <c>benchmarks/peers</c>.</summary>
internal static class PairList
{
    internal static IReadOnlyList<Pair> All { get; } =
    [
        new("attention", "Attention forward, 8 heads x 4,096 x 64, float32", "passes", Ours("attention"),
            Ours("attention-composition", "composition"), Python("attention.py"), Debian13("attention.py")),
        new("attention-backward", "Attention forward and backward, 8 heads x 4,096 x 64, float32", "passes", Ours("attention-backward"),
            Ours("attention-backward-composition", "composition"), Python("attention.py", "--backward"), Debian13("attention.py", "--backward")),
        new("attention-window", "A window of 256 in 16,384 tokens against dense attention, forward, 8 heads x 64", "passes", Ours("attention-window"),
            Ours("attention-dense", "dense")),
        new("causal-linear", "Causal linear attention, forward and backward, 8 heads x 4,096 tokens, 64 features x 64", "passes", Ours("causal-linear"),
            Ours("causal-linear-composition", "composition")),
        new("vit-small-1", "ViT-S/16 inference, batch 1, float32", "images", Ours("vit-small-1"),
            OnnxRuntime("small", 1), Python("vit_step.py", "--inference", "--size", "small", "--batch", "1")),
        new("vit-small-16", "ViT-S/16 inference, batch 16, float32", "images", Ours("vit-small-16"),
            OnnxRuntime("small", 16), Python("vit_step.py", "--inference", "--size", "small", "--batch", "16")),
        new("vit-merging", "ViT-S/16 with token merging, 13 a layer, inference, batch 16", "images", Ours("vit-small-16-merging"),
            Ours("vit-small-16", "without merging")),
        new("vit-small-1-bfloat16", "ViT-S/16 inference, batch 1, bfloat16", "images", Ours("vit-small-1-bfloat16"),
            Python("vit_step.py", "--inference", "--size", "small", "--batch", "1", "--precision", "bfloat16")),
        new("vit-small-1-int8", "ViT-S/16 inference, batch 1, 8-bit integers", "images", Ours("vit-small-1-int8"),
            Python("vit_step.py", "--inference", "--size", "small", "--batch", "1", "--precision", "int8")),
        new("vit-small-16-bfloat16", "ViT-S/16 inference, batch 16, bfloat16", "images", Ours("vit-small-16-bfloat16"),
            Python("vit_step.py", "--inference", "--size", "small", "--batch", "16", "--precision", "bfloat16")),
        new("vit-small-16-int8", "ViT-S/16 inference, batch 16, 8-bit integers", "images", Ours("vit-small-16-int8"),
            Python("vit_step.py", "--inference", "--size", "small", "--batch", "16", "--precision", "int8")),
        new("vit-inference", "ViT-Ti/16 inference, batch 16", "images", Ours("vit-inference"),
            OnnxRuntime("tiny", 16), Python("vit_step.py", "--inference")),
        new("vit", "ViT-Ti/16 training step, batch 16", "images", Ours("vit"), Python("vit_step.py")),
        new("itransformer", "iTransformer training step, ETTh1 96 to 96, batch 32", "steps", Ours("itransformer"), Python("itransformer_step.py")),
        new("crossformer", "Crossformer training step, ETTh1 168 to 24, batch 32", "steps", Ours("crossformer"), Python("crossformer_step.py")),
        new("gpt", "GPT training step, 6 layers of width 384, 4 x 256 tokens", "steps", Ours("gpt"), Python("gpt_step.py")),
        new("gpt2-decode", "GPT-2 small decoding greedily, 32 + 96 tokens, batch 1", "tokens", Ours("gpt2-decode"), Python("gpt2_decode.py")),
        new("gpt2-decode-int8", "GPT-2 small decoding greedily, 32 + 96 tokens, batch 1, 8-bit integers", "tokens", Ours("gpt2-decode-int8"),
            Python("gpt2_decode.py", "--int8")),
        new("patchtst", "PatchTST/42 training step, ETTh1 336 to 96, batch 128", "steps", Ours("patchtst"), Python("patchtst_step.py")),
        new("pathformer", "Pathformer training step, ETTh1 96 to 96, batch 128", "steps", Ours("pathformer"), Python("pathformer_step.py")),
        new("informer", "Informer training step, ETTh1 96 to 96, batch 32", "steps", Ours("informer"), Python("informer_step.py")),
        new("autoformer", "Autoformer training step, ETTh1 96 to 96, batch 32", "steps", Ours("autoformer"), Python("autoformer_step.py")),
        new("operator", "Calls of one small operator, 8 x 8 addition", "calls", Ours("operator"), Python("operator_call.py")),
    ];
}
