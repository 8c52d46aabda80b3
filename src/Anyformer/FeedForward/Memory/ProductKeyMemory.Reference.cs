using System.Globalization;
using Anyformer.Checkpoints;
using Anyformer.Inspection;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Memory;

/// <summary>The memory of facebookresearch/XLM.</summary>
internal sealed class ProductKeyMemoryReference : ModelReference<ProductKeyMemory>
{
    /// <summary>Options of the code that the paper does not use, with the values that leave the paper's memory.</summary>
    private static readonly Dictionary<string, string> s_notInThePaper = new()
    {
        ["mem_grouped_conv"] = "False",
        ["mem_input2d"] = "False",
        ["mem_shuffle_indices"] = "False",
        ["mem_shuffle_query"] = "False",
        ["mem_modulo_size"] = "-1",
        ["mem_use_different_keys"] = "True",
        ["mem_query_kernel_sizes"] = "",
        ["mem_query_detach_input"] = "False",
        ["mem_keys_learn"] = "True",
        ["mem_query_net_learn"] = "True",
        ["mem_query_residual"] = "False",
        ["mem_multi_query_net"] = "False",
        ["mem_normalize_query"] = "False",
        ["mem_temperature"] = "1",
        ["mem_score_softmax"] = "True",
        ["mem_score_subtract"] = "",
        ["mem_score_normalize"] = "False",
    };

    protected override ProductKeyMemory Build(ParityCase parity)
    {
        var config = parity.Config;
        // First values, dropout and the optimiser change nothing when weights are given and nothing is trained; both searches find the same.
        config.WithoutEffect(
            "mem_keys_type", "mem_keys_normalized_init", "mem_value_zero_init", "mem_values_optimizer", "mem_sparse", "mem_share_values",
            "mem_input_dropout", "mem_query_dropout", "mem_value_dropout");
        Require(config, "mem_implementation", "pq_fast", "pq_default");
        foreach (var (key, value) in s_notInThePaper)
            Require(config, key, value);
        var width = config.Int("input_dim");
        Require(config, "output_dim", $"{width}");
        Require(config, "mem_v_dim", "-1", $"{width}");
        return new ProductKeyMemory(new ChannelMixerShape(width, width), new()
        {
            Keys = config.Int("mem_n_keys"),
            KeyWidth = config.Int("mem_k_dim"),
            Heads = config.Int("mem_heads"),
            Neighbors = config.Int("mem_knn"),
            QueryWidths = [.. HiddenWidths(config)],
            QueryBias = config.Bool("mem_query_bias"),
            QueryBatchNorm = config.Bool("mem_query_batchnorm"),
        });
    }

    protected override StateDictLayout Layout(ParityCase parity)
    {
        // With hidden layers the code has a list of networks, of which this is the only one.
        var query = HiddenWidths(parity.Config).Any() ? "query_proj.query_mlps.0.{k}.{p}" : "query_proj.query_mlps.{k}.{p}";
        return new StateDictLayout().Rename("values", "values.weight").Rename("query.{k}.{p}", query);
    }

    protected override IReadOnlyDictionary<string, Tensor> Call(ProductKeyMemory module, ParityCase parity)
    {
        using var recorder = new Recorder();
        var output = module.Call(parity.Input("input"));
        return new Dictionary<string, Tensor>
        {
            ["out"] = output,
            ["indices"] = recorder.Named("indices").Single().Alias(),
            ["scores"] = recorder.Named("weights").Single().Alias(),
        };
    }

    /// <summary>The widths between the first and the last, which the code writes as zeros.</summary>
    private static IEnumerable<int> HiddenWidths(ReferenceConfig config) =>
        config.String("mem_query_layer_sizes").Split(',')[1..^1].Select(size => int.Parse(size, CultureInfo.InvariantCulture));

    private static void Require(ReferenceConfig config, string key, params string[] values)
    {
        if (config.Has(key) && config.Json(key).ToString() is var found && !values.Contains(found))
            throw new UserException($"Product-key memories are known with {key} of {string.Join(" or ", values.Select(value => $"'{value}'"))}, found '{found}'.");
    }
}
