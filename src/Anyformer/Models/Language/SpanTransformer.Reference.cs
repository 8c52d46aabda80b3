using Anyformer.Attention;
using Anyformer.Attention.HeadInteractions;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>Cases of facebookresearch/adaptive-span: the model, with spans, with persistent memory, with both.</summary>
internal sealed class SpanTransformerReference : ModelReference<SpanTransformer>
{
    protected override SpanTransformer Build(ParityCase parity)
    {
        var config = parity.Config;
        if (Flag(config, "adapt_io_params", "adapt_io_enabled"))
            throw new UserException("Adaptive input and output embeddings are no part of attention spans; expected adapt_io_enabled to be false.");
        var limit = config.Int("attn_span");
        var options = config.Json("adapt_span_params");
        var span = !Flag(config, "adapt_span_params", "adapt_span_enabled") ? null : AdaptiveSpanReference.Options(new ReferenceConfig(options), limit);
        var vectors = config.Json("pers_mem_params").GetProperty("pers_mem_size").GetInt32();
        var shape = new SpanShape(config.Int("hidden_size"), config.Int("nb_heads"), limit, span, vectors, config.Double("dropout"));
        return new SpanTransformer(shape, config.Int("nb_layers"), config.Int("inner_hidden_size"), config.Int("vocab_size"), config.Double("emb_dropout"));
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        const string attention = "layers.{i}.attn.attn", span = "adaptive_span._mask";
        var layout = new StateDictLayout()
            .Rename("embedding.weight", "in_emb.weight").Rename("output.{p}", "out_emb.{p}").Rename("positions", "key_pe")
            .Rename("layers.{i}.attention_norm.{p}", "layers.{i}.norm1.{p}").Rename("layers.{i}.feed_forward_norm.{p}", "layers.{i}.norm2.{p}")
            .Rename("layers.{i}.feed_forward.hidden.{p}", "layers.{i}.ff.fc1.{p}").Rename("layers.{i}.feed_forward.output.{p}", "layers.{i}.ff.fc2.{p}")
            .Convert("layers.{i}.attention.memory.keys", $"{attention}.persistent_memory.key", keys => keys.Transpose(1, 2), keys => keys.Transpose(1, 2))
            .Rename("layers.{i}.attention.memory.values", $"{attention}.persistent_memory.val")
            .Unused($"{attention}.{span}.mask_template").Unused($"{attention}.persistent_memory.{span}.mask_template");
        foreach (var (own, official) in new[] { ("query", "query"), ("key", "key"), ("value", "val"), ("output", "out") })
            layout.Rename($"layers.{{i}}.attention.{own}_projection.weight", $"layers.{{i}}.attn.proj_{official}.weight");
        // With persistent memory the same span has two names.
        return parity.Weights.Keys.Any(name => name.Contains("persistent_memory.adaptive_span", StringComparison.Ordinal))
            ? layout.Repeat("layers.{i}.attention.span.spans", $"{attention}.{span}.current_val", $"{attention}.persistent_memory.{span}.current_val")
            : layout.Rename("layers.{i}.attention.span.spans", $"{attention}.{span}.current_val");
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(SpanTransformer module, ParityCase parity)
    {
        Tensor[] memory = [.. Enumerable.Range(0, parity.Config.Int("nb_layers")).Select(layer => parity.Input($"h_cache.{layer}"))];
        var (probabilities, next) = module.Call(parity.Input("x"), memory);
        var outputs = new Dictionary<string, Tensor> { ["log_probs"] = probabilities };
        for (var layer = 0; layer < next.Count; layer++)
            outputs[$"h_cache_next.{layer}"] = next[layer];
        if (module.SpanLoss is { } loss)
            outputs["span_loss"] = loss;
        return outputs;
    }

    private static bool Flag(ReferenceConfig config, string group, string key) => new ReferenceConfig(config.Json(group)).Bool(key);
}

/// <summary>Cases of the span alone; there batch and heads are one dimension.</summary>
internal sealed class AdaptiveSpanReference : ModelReference<AdaptiveSpan>
{
    /// <summary>The options of the authors' names.</summary>
    public static AdaptiveSpanOptions Options(ReferenceConfig config, int limit)
    {
        // Keeps less of the cache between blocks; what is computed is the same.
        config.WithoutEffect("adapt_span_cache");
        return new AdaptiveSpanOptions
        {
            Limit = limit,
            Ramp = config.Int("adapt_span_ramp"),
            Initial = config.Double("adapt_span_init"),
            LossWeight = config.Double("adapt_span_loss"),
        };
    }

    protected override AdaptiveSpan Build(ParityCase parity) =>
        new(new AttentionShape(parity.Config.Int("nb_heads"), 1), Options(parity.Config, parity.Config.Int("attn_span")));

    protected override StateDictLayout Layout(ParityCase parity) =>
        new StateDictLayout().Rename("spans", "m._mask.current_val").Unused("m._mask.mask_template");

    protected override IReadOnlyDictionary<string, Tensor> Call(AdaptiveSpan module, ParityCase parity)
    {
        var weights = parity.Input("attn");
        var distances = Functional.Arange(weights.Size(-1)).Flip([0]).To(weights.DType);
        var limited = module.Limit(weights.Unflatten(0, [-1, parity.Config.Int("nb_heads")]), distances).Weights;
        return new Dictionary<string, Tensor> { ["attn"] = limited.Flatten(0, 1), ["loss"] = module.Loss };
    }
}
