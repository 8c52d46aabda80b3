using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Attention.Kernels;

/// <summary>Cases of idiap/fast-transformers: a layer of linear attention, its recurrent form, and an encoder of such layers.</summary>
[Reference("linear-transformer")]
internal sealed class LinearAttentionReference : ModelReference<Module>
{
    protected override Module Build(ParityCase parity) => IsEncoder(parity.Config) ? BuildEncoder(parity.Config) : BuildLayer(parity.Config);

    protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout()
        .Rename("blocks.{i}.mixer.output_projection.{p}", "layers.{i}.attention.out_projection.{p}")
        .Rename("blocks.{i}.mixer.{projection}.{p}", "layers.{i}.attention.{projection}.{p}")
        .Rename("blocks.{i}.feed_forward.hidden.{p}", "layers.{i}.linear1.{p}")
        .Rename("blocks.{i}.feed_forward.output.{p}", "layers.{i}.linear2.{p}")
        .Rename("blocks.{i}.mixer_wiring.norm.{p}", "layers.{i}.norm1.{p}")
        .Rename("blocks.{i}.feed_forward_wiring.norm.{p}", "layers.{i}.norm2.{p}")
        .Rename("output_projection.{p}", "out_projection.{p}");

    protected override IReadOnlyDictionary<string, Tensor> Call(Module module, ParityCase parity)
    {
        var tokens = parity.Input("x");
        if (Kind(parity.Config).EndsWith("(recurrent)", StringComparison.Ordinal))
            return Steps((MultiHeadAttention)module, tokens);
        var mask = Mask(parity, tokens);
        var mixed = module is Encoder encoder ? encoder.Call(tokens, mask) : ((MultiHeadAttention)module).Call(tokens, mask);
        return new Dictionary<string, Tensor> { ["y"] = mixed };
    }

    private static AttentionMask Mask(ParityCase parity, Tensor tokens)
    {
        var mask = new AttentionMask { IsCausal = Kind(parity.Config).StartsWith("causal", StringComparison.Ordinal) };
        return parity.OptionalInput("lengths") is { } lengths
            ? mask with { Keys = Functional.Arange(tokens.Size(1), dtype: DType.Int64) < lengths.Unsqueeze(-1) }
            : mask;
    }

    /// <summary>Token by token; the last column of the state counts the weights.</summary>
    private static Dictionary<string, Tensor> Steps(MultiHeadAttention layer, Tensor tokens)
    {
        var mixed = new List<Tensor>();
        IReadOnlyList<Tensor>? state = null;
        for (var i = 0L; i < tokens.Size(1); i++)
        {
            (var token, state) = layer.Step(tokens.Narrow(1, i, 1), state);
            mixed.Add(token);
        }

        var memory = state![0];
        var width = memory.Size(-1) - 1;
        return new Dictionary<string, Tensor>
        {
            ["y"] = Functional.Cat([.. mixed], 1),
            ["state.S"] = memory.Narrow(-1, 0, width),
            ["state.Z"] = memory.Select(-1, width),
        };
    }

    private static MultiHeadAttention BuildLayer(ReferenceConfig config)
    {
        var (width, heads) = (config.Int("d_model"), config.Int("n_heads"));
        return Layer(config, width, heads, config.Int("d_keys", width / heads), config.Int("d_values", width / heads));
    }

    private static Encoder BuildEncoder(ReferenceConfig config)
    {
        var (heads, keyWidth, valueWidth) = (config.Int("n_heads"), config.Int("query_dimensions"), config.Int("value_dimensions"));
        var (width, dropout) = (config.Int("model_dimensions", heads * valueWidth), config.Double("dropout"));
        EncoderBlock Block() => new(
            Layer(config, width, heads, keyWidth, valueWidth), new PostNorm(new LayerNorm(width), dropout),
            new PositionwiseFeedForward(width, config.Int("feed_forward_dimensions"), Activations.Named(config.String("activation", "relu")), dropout),
            new PostNorm(new LayerNorm(width), dropout));
        return new Encoder(Enumerable.Range(0, config.Int("n_layers")).Select(_ => Block()),
            config.Bool("final_normalization", true) ? new LayerNorm(width) : null);
    }

    private static MultiHeadAttention Layer(ReferenceConfig config, int width, int heads, int keyWidth, int valueWidth) => new(
        heads, new Linear(width, heads * keyWidth), new Linear(width, heads * keyWidth), new Linear(width, heads * valueWidth),
        new Linear(heads * valueWidth, width),
        new LinearAttention(new EluFeatureMap(new AttentionShape(heads, keyWidth)), config.Double("eps", 1e-6)));

    private static bool IsEncoder(ReferenceConfig config) => config.Has("n_layers");

    private static string Kind(ReferenceConfig config) => config.String(IsEncoder(config) ? "attention_type" : "attention");
}
