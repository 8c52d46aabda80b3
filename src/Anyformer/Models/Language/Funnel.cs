using Anyformer.Attention.Downsampling;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language;

/// <summary>
/// An encoder that halves its sequence between blocks, and optionally a decoder that brings it back to full length beside what the first block gave
/// (Dai et al., NeurIPS 2020, arXiv 2006.03236, section 2).
/// </summary>
[Formula(
    "X_0 = norm(E[ids]), layers, then pooling of two tokens to one, layers again, and so on",
    "layer: Z = norm(X + attention(pool(X), X)), Y = norm(Z + mlp(Z))",
    "decoder: layers on repeat(X_last) + X_first, as long as the input",
    Where = "E: embedding, (vocabulary, width); Z: (batch, tokens, width)")]
[Method("funnel", "Funnel-Transformer", Family.LanguageModels, 2020, System = "funnel",
    Paper = "Dai, Lai, Yang, Le, Funnel-Transformer: Filtering out Sequential Redundancy for Efficient Language Processing, NeurIPS 2020, arXiv 2006.03236",
    Complexity = "O(tokens²) of the first block, a quarter of it in each after")]
public sealed class Funnel : Module
{
    private readonly FunnelOptions _options;
    private readonly FunnelPooling _pooling;

    /// <summary>A model with fresh weights.</summary>
    /// <exception cref="UserException">The width is odd, or the repeats are not those of the blocks.</exception>
    public Funnel(int vocabulary, FunnelOptions options)
    {
        if (options.Width % 2 != 0)
            throw new UserException($"The width of a funnel must be even, for sines and cosines of differences, found {options.Width}.");
        if (options.BlockSizes.Count == 0 || (options.BlockRepeats is { } repeats && repeats.Count != options.BlockSizes.Count))
            throw new UserException($"A funnel needs blocks, and a number of repeats for each where there are any, "
                + $"found {options.BlockSizes.Count} blocks and {options.BlockRepeats?.Count ?? 0} repeats.");
        (_options, _pooling) = (options, new FunnelPooling(options.Pooling, options.ClassToken, options.Truncate));
        Embedding = new Embedding(vocabulary, options.Width);
        Norm = new LayerNorm(options.Width, options.Epsilon);
        Dropout = new Dropout(options.Dropout);
        Blocks = new ModuleList<ModuleList<FunnelLayer>>(options.BlockSizes.Select(size => Layers(size)));
        Decoder = options.DecoderLayers is { } count ? Layers(count) : null;
        foreach (var map in Modules().Select(item => item.Module).OfType<Linear>())
            Initialize(map);
    }

    private Embedding Embedding { get; }

    private LayerNorm Norm { get; }

    private Dropout Dropout { get; }

    private ModuleList<ModuleList<FunnelLayer>> Blocks { get; }

    private ModuleList<FunnelLayer>? Decoder { get; }

    /// <summary>The last states: (batch, tokens, width), or without a decoder (batch, pooled, width).</summary>
    /// <param name="ids">(batch, tokens), integers.</param>
    /// <param name="real">True at tokens that count, (batch, tokens); null when all do.</param>
    /// <param name="types">Types of the tokens, 2 for the class token, (batch, tokens); null when all are of type 0.</param>
    public Tensor Call(Tensor ids, Tensor? real = null, Tensor? types = null)
    {
        using var scope = new TensorScope(this);
        types ??= ids.ZerosLike();
        real ??= ids.OnesLike(DType.Bool);
        var full = new FunnelContext(types, types, real, KeyStride: 1, QueryStep: 1, _options.ClassToken);
        var (states, skipped) = Encode(Dropout.Call(Norm.Call(Embedding.Call(ids))), full);
        if (Decoder is null)
            return scope.Keep(states);
        var spread = _pooling.Spread(states, 1L << (Blocks.Count - 1), ids.Size(1)) + skipped;
        return scope.Keep(Decoder.Aggregate(spread, (tokens, layer) => layer.Call(tokens, tokens, full)));
    }

    /// <summary>The states after all blocks, and those that the decoder adds: after as many layers as the first block has.</summary>
    private (Tensor Last, Tensor Skipped) Encode(Tensor states, FunnelContext context)
    {
        var (skipped, applied) = (states, 0);
        foreach (var (index, block) in Blocks.Index())
        {
            var pools = index > 0 && _pooling.Takes(states.Size(1));
            foreach (var (layer, repeat) in Applications(index, block))
            {
                if (pools && repeat == 0 && layer == block[0])
                    (states, context) = PoolAndCall(layer, states, context);
                else
                    states = layer.Call(states, states, context);
                if (++applied == _options.BlockSizes[0])
                    skipped = states;
            }
        }

        return (states, skipped);
    }

    /// <summary>The layers of a block in order, each as often as it repeats.</summary>
    private IEnumerable<(FunnelLayer Layer, int Repeat)> Applications(int index, ModuleList<FunnelLayer> block) =>
        block.SelectMany(layer => Enumerable.Range(0, _options.BlockRepeats?[index] ?? 1).Select(repeat => (layer, repeat)));

    /// <summary>Pools the tokens and applies a layer to them; afterwards all is pooled.</summary>
    private (Tensor States, FunnelContext Context) PoolAndCall(FunnelLayer layer, Tensor states, FunnelContext context)
    {
        var (pooled, types) = (_pooling.Tokens(states), _pooling.Types(context.QueryTypes));
        var after = new FunnelContext(types, types, _pooling.Mask(context.Keys), 2 * context.KeyStride, 1, context.HasClass);
        return _options.PoolQueriesOnly
            ? (layer.Call(pooled, states, context with { QueryTypes = types, QueryStep = 2 }), after)
            : (layer.Call(pooled, pooled, after), after);
    }

    /// <summary>As published, normal with the variance 1 / (fan in + fan out).</summary>
    private static void Initialize(Linear map)
    {
        Initialization.XavierNormal(map.Weight, Math.Sqrt(0.5));
        if (map.Bias is { } bias)
            Initialization.Constant(bias, 0);
    }

    private ModuleList<FunnelLayer> Layers(int count) => ModuleList<FunnelLayer>.Of(count, _ => new FunnelLayer(_options));
}
