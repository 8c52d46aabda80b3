using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Blocks.CrossBlock;

/// <summary>Cases of transformer-sequential's FeedbackTransformer without adaptive spans.</summary>
internal sealed class FeedbackReference : ModelReference<FeedbackTransformer>
{
    protected override FeedbackTransformer Build(ParityCase parity)
    {
        var config = parity.Config;
        config.WithoutEffect("mem_sz", "inner_hid_sz", "emb_dropout", "device");
        if (config.Bool("adapt_span") || config.Bool("adapt_span_cache") || !config.Bool("feedback"))
            throw new UserException("Cases of the Feedback Transformer are without adaptive spans and with feedback; this one is not.");
        return new FeedbackTransformer(new FeedbackOptions
        {
            Vocabulary = config.Int("vocab_sz"),
            Width = config.Int("hid_sz"),
            Layers = config.Int("nlayers"),
            Heads = config.Int("nheads"),
            HeadWidth = config.Int("head_dim"),
            HiddenWidth = config.Int("ff_inner_hid_sz"),
            Memory = config.Int("attn_lim"),
            IsPreNorm = config.Bool("pre_norm"),
            SharesKeys = config.Bool("share_proj_kv"),
            Dropout = config.Double("dropout"),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        var (config, layers) = (parity.Config, Enumerable.Range(0, parity.Config.Int("nlayers")).ToArray());
        string[] All(string rest) => [.. layers.Select(layer => $"layers.{layer}.{rest}")];
        var layout = new StateDictLayout().Unused("single_memory_attn_buf")
            .Rename("embedding.{p}", "in_emb.{p}").Rename("norm.{p}", "out_norm.{p}").Rename("output.{p}", "out.out_emb.{p}")
            .Convert("layer_weights", "single_memory_attn_params", own => own.Unsqueeze(0), official => official.Squeeze(0))
            .Repeat("places", All("attn.attn.key_pe"));
        foreach (var (own, official, isShared) in new[]
        {
            ("query.weight", "attn.proj_query.weight", false), ("key.weight", "attn.proj_key.weight", config.Bool("share_proj_kv")),
            ("value.weight", "attn.proj_val.weight", config.Bool("share_proj_kv")), ("output.weight", "attn.proj_out.weight", false),
            ("attention_norm.weight", "norm1.weight", config.Bool("share_proj_kv") && config.Bool("pre_norm")),
            ("attention_norm.bias", "norm1.bias", config.Bool("share_proj_kv") && config.Bool("pre_norm")),
        })
        {
            if (isShared)
                layout.Repeat($"layers.0.{own}", All(official));
            else
                layout.Rename($"layers.{{i}}.{own}", $"layers.{{i}}.{official}");
        }

        return layout.Rename("layers.{i}.feed_forward_norm.{p}", "layers.{i}.norm2.{p}")
            .Rename("layers.{i}.feed_forward.hidden.{p}", "layers.{i}.ff.fc1.{p}").Rename("layers.{i}.feed_forward.output.{p}", "layers.{i}.ff.fc2.{p}");
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(FeedbackTransformer module, ParityCase parity)
    {
        var (logProbabilities, memory) = module.Call(parity.Input("x"), parity.Input("h_cache.0").Transpose(0, 1));
        return new Dictionary<string, Tensor> { ["log_probs"] = logProbabilities, ["h_cache_next.0"] = memory.Transpose(0, 1) };
    }
}
