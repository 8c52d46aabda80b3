using Anyformer.Attention;
using Anyformer.Catalog;
using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Positions;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Recurrent;

/// <summary>
/// Transformer-XL (Dai et al., ACL 2019, arXiv 1901.02860): reads segment after segment, and every layer also sees what the layer below it gave for the
/// tokens before the segment; rare tokens have narrow vectors and an adaptive softmax. As a <see cref="LanguageModel"/> it reads one segment with nothing
/// before it. Records <c>states</c>, (batch, tokens, width), before the first layer and behind each.
/// </summary>
[Formula(
    "S_ij = ((q_i + u)·k_j + (q_i + v)·(r_(i-j) W_r)) / √d, of keys and values [M_l, X] of memory and segment",
    "Z = norm(X + [softmax(S) V] W_o), X <- norm(Z + mlp(Z)); M_l <- the last tokens of [M_l, X]",
    "scores = adaptive-softmax(X_L)",
    Where = "u, v: learned biases of all layers, (heads, d); r: sinusoids of a distance, (width); W_r: (width, heads · d); M: memory of a layer, (batch, remembered, width); "
        + "Z: (batch, tokens, width)")]
[Method("transformer-xl-model", "Transformer-XL", Family.LanguageModels, 2019, System = "transformer-xl",
    Paper = "Dai, Yang, Yang, Carbonell, Le, Salakhutdinov, Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context, ACL 2019, arXiv 1901.02860",
    Complexity = "O(segment · (segment + memory))")]
public sealed class TransformerXl : LanguageModel, IRecurrentLanguageModel
{
    private readonly TransformerXlOptions _options;

    /// <summary>A model with fresh weights.</summary>
    /// <param name="shape">The vocabulary; segments may be of any length.</param>
    /// <param name="options">The sizes inside.</param>
    /// <exception cref="UserException">The width is odd, or clusters of tokens do not go together with it.</exception>
    public TransformerXl(LanguageShape shape, TransformerXlOptions options)
    {
        _options = options;
        var clusters = AdaptiveClusters.Of(shape.Vocabulary, options.Borders, options.EmbeddingWidth ?? options.Width, options.WidthDivisor);
        Embedding = new AdaptiveEmbedding(clusters, options.Width);
        ContentBias = Initialization.Normal(Parameter.Empty(options.Heads, options.HeadWidth), deviation: 0.02);
        PositionBias = Initialization.Normal(Parameter.Empty(options.Heads, options.HeadWidth), deviation: 0.02);
        Layers = ModuleList<TransformerXlLayer>.Of(options.Layers, _ => new TransformerXlLayer(options, Attention()));
        NormalWeights.Draw(Layers, 0.02);
        Head = new AdaptiveHead(clusters, Embedding, options.Width, options.TiesEmbeddings, options.TiedProjections);
        Dropout = new Dropout(options.Dropout);
    }

    private AdaptiveEmbedding Embedding { get; }

    /// <summary>What every layer adds to queries that meet keys, (heads, head width).</summary>
    private Parameter ContentBias { get; }

    /// <summary>What every layer adds to queries that meet distances, (heads, head width).</summary>
    private Parameter PositionBias { get; }

    private ModuleList<TransformerXlLayer> Layers { get; }

    private AdaptiveHead Head { get; }

    private Dropout Dropout { get; }

    /// <summary>Scores of a segment, (batch, tokens, vocabulary), and what to remember for the next.</summary>
    /// <param name="tokens">Token ids, (batch, tokens).</param>
    /// <param name="memory">What the segment before gave; null at the first.</param>
    /// <exception cref="UserException">The memory is of another model.</exception>
    public (Tensor Scores, IReadOnlyList<Tensor> Memory) CallSegment(Tensor tokens, IReadOnlyList<Tensor>? memory = null)
    {
        using var scope = new TensorScope();
        var (states, next) = Read(tokens, real: null, memory);
        return (scope.Keep(Head.Call(states)), scope.Keep((Tensor[])[.. next]));
    }

    /// <summary>
    /// Minus the logarithms of the probabilities of what came after each token of a segment, (batch, tokens), and what to remember for the next. Of an
    /// adaptive softmax this makes the scores of the clusters alone that are needed.
    /// </summary>
    /// <param name="tokens">Token ids, (batch, tokens).</param>
    /// <param name="targets">What came next, (batch, tokens).</param>
    /// <param name="memory">What the segment before gave; null at the first.</param>
    /// <exception cref="UserException">The memory is of another model.</exception>
    public (Tensor Losses, IReadOnlyList<Tensor> Memory) CallLosses(Tensor tokens, Tensor targets, IReadOnlyList<Tensor>? memory = null)
    {
        using var scope = new TensorScope();
        var (states, next) = Read(tokens, real: null, memory);
        return (scope.Keep(Head.CallLosses(states, targets)), scope.Keep((Tensor[])[.. next]));
    }

    /// <inheritdoc/>
    protected override Tensor Encode(TextInput text)
    {
        text.RefuseTypesAndPositions(nameof(TransformerXl));
        return Read(text.Tokens, text.Real, memory: null).States;
    }

    /// <inheritdoc/>
    protected override Tensor Score(Tensor states) => Head.Call(states);

    private TransformerXlAttention Attention()
    {
        var shape = new TokenMixerShape(0, _options.Width, _options.Heads, _options.AttentionDropout, _options.Heads * _options.HeadWidth);
        return new TransformerXlAttention(shape, new TransformerXlAttentionOptions { ClampDistance = _options.ClampDistance }, ContentBias, PositionBias);
    }

    private (Tensor States, IEnumerable<Tensor> Memory) Read(Tensor tokens, Tensor? real, IReadOnlyList<Tensor>? memory)
    {
        if (memory is not null && memory.Count != _options.Layers + 1)
            throw new UserException($"The memory must have a tensor for the embedding and for each of {_options.Layers} layers, found {memory.Count}.");
        var (asking, remembered) = (tokens.Size(1), memory?[0].Size(1) ?? 0);
        var states = Dropout.Call(Embedding.Call(tokens));
        var waves = Dropout.Call(TransformerXlAttention.Waves(asking, asking + remembered, isCausal: true, _options.ClampDistance, states));
        var mask = AttentionMask.Causal with { Keys = real, Queries = real, Pairs = EquallyMany(asking, asking + remembered, tokens.Device) };
        var next = new List<Tensor> { Remember(memory?[0], states) };
        Recorder.Record(this, "states", states);
        foreach (var (layer, block) in Layers.Index())
        {
            states = block.Call(states, memory?[layer], waves, mask);
            Recorder.Record(this, "states", states);
            next.Add(Remember(memory?[layer + 1], states));
        }

        return (Dropout.Call(states), next);
    }

    /// <summary>Which keys are not too far for tokens to see equally many, (queries, keys); null when all are.</summary>
    private Tensor? EquallyMany(long asking, long answering, Device device)
    {
        if (!_options.SameLength)
            return null;
        var beyond = answering - _options.Memory;
        var shift = beyond > 0 ? asking - beyond : asking;
        return Functional.Ones([asking, answering], DType.Bool, device: device).Triu((int)(1 - shift));
    }

    /// <summary>The last tokens of what is remembered and what was read, out of the graph.</summary>
    private Tensor Remember(Tensor? memory, Tensor states)
    {
        var all = memory is null ? states.Detach() : Functional.Cat([memory, states.Detach()], 1);
        var kept = Math.Min(all.Size(1), _options.Memory);
        return all.Narrow(1, all.Size(1) - kept, kept);
    }
}
