using Anyformer.Blocks;
using Anyformer.Catalog;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>What a <see cref="CompressiveTransformer"/> remembers, for each of the layers that do.</summary>
/// <param name="Recent">The last tokens as they went into attention, (batch, tokens, width).</param>
/// <param name="Compressed">What older ones were compressed to, (batch, memories, width).</param>
public sealed record CompressiveMemory(IReadOnlyList<Tensor> Recent, IReadOnlyList<Tensor> Compressed);

/// <summary>
/// Compressive Transformer (Rae et al., ICLR 2020, arXiv 1911.05507): reads segment after segment; every layer also sees the tokens before the segment, and,
/// compressed, those before these. While it trains it adds a loss by which the compression alone learns. As a <see cref="LanguageModel"/> it reads one
/// segment with nothing before it. In the form of lucidrains' code: pre-norm, learned positions.
/// </summary>
[Formula(
    "S_ij = (q_i·k_j + q_i·p_(i-j)) / √d, of keys and values of [C_l, M_l, norm(X)]: compressed memories, memories and segment",
    "X <- X + [softmax(S) V] W_o, X <- X + mlp(norm(X)); M_l <- the last of [M_l, norm(X)], C_l <- the last of [C_l, g(o)]",
    "loss += |a(Q, o) - a(Q, g(o))|²",
    Where = "p: learned, (d) of each head and distance; C: (batch, compressed, width); M: (batch, remembered, width); g: compression to fewer; "
        + "o: what leaves M, (batch, old, width); a: attention without positions")]
[Method("compressive-transformer", "Compressive Transformer", Family.LanguageModels, 2020,
    Paper = "Rae, Potapenko, Jayakumar, Hillier, Lillicrap, Compressive Transformers for Long-Range Sequence Modelling, ICLR 2020, arXiv 1911.05507",
    Complexity = "O(segment · (segment + memory))")]
public sealed class CompressiveTransformer : LanguageModel, IRecurrentLanguageModel
{
    private readonly CompressiveTransformerOptions _options;
    private readonly MemorySizes _sizes;
    private readonly int[] _memoryLayers;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The vocabulary, and the tokens of a segment.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">Sizes do not go together.</exception>
    public CompressiveTransformer(LanguageShape shape, CompressiveTransformerOptions options)
    {
        _options = options;
        _sizes = Sizes(shape.Tokens, options);
        _memoryLayers = [.. options.MemoryLayers ?? new(Enumerable.Range(0, options.Layers))];
        Check();
        var (width, embedding) = (options.Width, options.EmbeddingWidth ?? options.Width);
        Embedding = new Embedding(shape.Vocabulary, embedding);
        Positions = Initialization.Constant(Parameter.Empty(options.Heads, _sizes.Keys, width / options.Heads), 0);
        Attentions = ModuleList<CompressiveAttention>.Of(options.Layers, _ => new CompressiveAttention(options, _sizes));
        AttentionWirings = ModuleList<Wiring>.Of(options.Layers, _ => Wiring());
        FeedForwards = ModuleList<ChannelMixer>.Of(options.Layers, _ => FeedForward());
        FeedForwardWirings = ModuleList<Wiring>.Of(options.Layers, _ => Wiring());
        Output = new Linear(embedding, shape.Vocabulary);
        if (embedding == width)
            return;
        (EmbeddingProjection, OutputProjection) = (new Linear(embedding, width), new Linear(width, embedding));
    }

    private Embedding Embedding { get; }

    private Linear? EmbeddingProjection { get; }

    /// <summary>Of the places of keys, those of compressed memories first, (heads, places, head width); all layers share them.</summary>
    private Parameter Positions { get; }

    private ModuleList<CompressiveAttention> Attentions { get; }

    private ModuleList<Wiring> AttentionWirings { get; }

    private ModuleList<ChannelMixer> FeedForwards { get; }

    private ModuleList<Wiring> FeedForwardWirings { get; }

    private Linear? OutputProjection { get; }

    private Linear Output { get; }

    /// <summary>Scores of a segment, (batch, tokens, vocabulary), and what to remember for the next; a shorter segment changes nothing of that.</summary>
    /// <param name="tokens">Token ids, (batch, tokens).</param>
    /// <param name="memory">What the segment before gave; null at the first.</param>
    /// <exception cref="UserException">The segment is longer than the model was built for, or the memory is of another model.</exception>
    public (Tensor Scores, CompressiveMemory Memory) CallSegment(Tensor tokens, CompressiveMemory? memory = null)
    {
        using var scope = new TensorScope();
        var (states, next) = Read(tokens, real: null, memory);
        var kept = new CompressiveMemory(scope.Keep((Tensor[])[.. next.Recent]), scope.Keep((Tensor[])[.. next.Compressed]));
        return (scope.Keep(Score(states)), kept);
    }

    (Tensor Scores, IReadOnlyList<Tensor> Memory) IRecurrentLanguageModel.CallSegment(Tensor tokens, IReadOnlyList<Tensor>? memory)
    {
        var half = memory?.Count / 2 ?? 0;
        var (scores, next) = CallSegment(tokens, memory is null ? null : new CompressiveMemory([.. memory.Take(half)], [.. memory.Skip(half)]));
        return (scores, [.. next.Recent, .. next.Compressed]);
    }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text)
    {
        text.RefuseTypesAndPositions(nameof(CompressiveTransformer));
        return Read(text.Tokens, text.Real, memory: null).States;
    }

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Output.Call(OutputProjection is null ? states : OutputProjection.Call(states));

    private (Tensor States, CompressiveMemory Memory) Read(Tensor tokens, Tensor? real, CompressiveMemory? memory)
    {
        var count = tokens.Size(1);
        if (count > _sizes.Segment)
            throw new UserException($"The model was built for texts of {_sizes.Segment} tokens, found {count}.");
        var states = Embedding.Call(tokens);
        if (EmbeddingProjection is not null)
            states = EmbeddingProjection.Call(states);
        var before = Before(memory, states);
        var places = Positions.Narrow(1, 0, _sizes.Segment + (before.Length == 0 ? 0 : before[0].Recent.Size(1) + before[0].Compressed.Size(1)));
        var after = new List<LayerMemory>();
        for (var layer = 0; layer < _options.Layers; layer++)
        {
            var current = layer;
            var own = Array.IndexOf(_memoryLayers, layer) is var index and >= 0 ? before[index] : null;
            LayerMemory? next = null;
            states = Recomputation.Call([Attentions[layer], AttentionWirings[layer], FeedForwards[layer], FeedForwardWirings[layer]],
                [states, places, own?.Recent, own?.Compressed, real], given =>
            {
                var (result, made) = Layer(current, given[0]!, given[1]!, own is null ? null : new LayerMemory(given[2]!, given[3]!), given[4]);
                if (next is null)
                    next = made;
                else
                    made?.Dispose();
                return result;
            });
            if (next is not null)
                after.Add(next);
        }

        return (states, Scoped(after));
    }

    /// <summary>The states after a layer, and what it remembers.</summary>
    private (Tensor States, LayerMemory? Memory) Layer(int layer, Tensor states, Tensor places, LayerMemory? own, Tensor? real)
    {
        LayerMemory? next = null;
        states = AttentionWirings[layer].Call(states, x =>
        {
            (var mixed, next) = Attentions[layer].Call(x, own, places, real, _options.ReconstructionWeight / _memoryLayers.Length);
            return mixed;
        });
        return (FeedForwardWirings[layer].Call(states, FeedForwards[layer].Call), next);
    }

    /// <summary>The memories that the layers read, in their order.</summary>
    private LayerMemory[] Before(CompressiveMemory? memory, Tensor states)
    {
        if (memory is null)
            return [.. _memoryLayers.Select(_ => states.NewZeros([states.Size(0), 0, states.Size(2)])).Select(nothing => new LayerMemory(nothing, nothing))];
        if (memory.Recent.Count != _memoryLayers.Length || memory.Compressed.Count != _memoryLayers.Length)
            throw new UserException($"The memory must be that of {_memoryLayers.Length} layers, found {memory.Recent.Count}.");
        var shift = _options.ReadsNextLayer ? 1 : 0;
        return [.. _memoryLayers.Index().Select(layer => (layer.Index + shift) % _memoryLayers.Length)
            .Select(index => new LayerMemory(memory.Recent[index], memory.Compressed[index]))];
    }

    /// <summary>The same memories, which belong to the scope of the caller.</summary>
    private static CompressiveMemory Scoped(List<LayerMemory> memories)
    {
        var scoped = new CompressiveMemory([.. memories.Select(memory => memory.Recent.Share())], [.. memories.Select(memory => memory.Compressed.Share())]);
        memories.ForEach(memory => memory.Dispose());
        return scoped;
    }

    private Wiring Wiring() => _options.GatedResiduals
        ? new GatedResidual(_options.Width, new LayerNorm(_options.Width), scaled: false)
        : new PreNorm(new LayerNorm(_options.Width));

    private ChannelMixer FeedForward() => _options.GatedFeedForward
        ? new GateFirstFeedForward(_options.Width, _options.FeedForwardWidth, _options.Dropout)
        : new PositionwiseFeedForward(_options.Width, _options.FeedForwardWidth, Activations.Named("gelu"), _options.Dropout);

    private static MemorySizes Sizes(int segment, CompressiveTransformerOptions options)
    {
        var recent = options.Memory ?? segment;
        return new MemorySizes(segment, recent, options.Compressed ?? recent / options.Rate, options.Rate);
    }

    private void Check()
    {
        if (_options.Width % _options.Heads != 0)
            throw new UserException($"The width must be a multiple of the number of heads, found width {_options.Width} and {_options.Heads} heads.");
        if (_sizes.Recent < _sizes.Segment)
            throw new UserException($"The memory must hold the tokens of a segment at least, {_sizes.Segment}, found {_sizes.Recent}.");
        if (_sizes.Compressed < _sizes.Recent / _sizes.Rate)
            throw new UserException($"The compressed memory must hold what the memory makes at least, {_sizes.Recent / _sizes.Rate}, found {_sizes.Compressed}.");
        if (_memoryLayers.FirstOrDefault(layer => layer < 0 || layer >= _options.Layers, -1) is var wrong and not -1 || _memoryLayers.Contains(-1))
            throw new UserException($"Layers that remember must be numbers from 0 to {_options.Layers - 1}, found {string.Join(", ", _memoryLayers)}.");
    }
}
