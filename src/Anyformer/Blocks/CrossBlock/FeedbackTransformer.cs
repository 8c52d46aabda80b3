using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.CrossBlock;

/// <summary>
/// A language model whose tokens see one vector of each earlier step, mixed of the outputs of all its layers, so that the lowest layer builds on the
/// highest of the past (Feedback Transformer: Fan, Lavril, Grave, Joulin, Sukhbaatar 2020, arXiv 2002.09402). It goes step by step in training too.
/// </summary>
[Formula(
    "x_lt = layer_l(x_(l-1)t, m_(t-M) ... m_(t-1)), x_0t the embedding",
    "m_t = sum_(l=0..L) softmax(w)_l x_lt",
    "scores of layer l: (q_t·k_j + q_t·r_(t-j)) / √d, k_j and v_j of m_j",
    Where = "x: one token after a layer, (batch, width); m: memory of a step, (batch, width); M: steps remembered; "
        + "w: learned, (layers + 1); r: learned vector of a distance, (d); j: remembered step")]
[Method("feedback-transformer", "Feedback Transformer", Family.CrossBlock, 2020, System = "architectures",
    Paper = "Fan, Lavril, Grave, Joulin, Sukhbaatar, Addressing Some Limitations of Transformers with Feedback Memory, 2020, arXiv 2002.09402",
    Complexity = "O(tokens · memory), one token after the other")]
public sealed class FeedbackTransformer : Module
{
    private readonly FeedbackOptions _options;

    /// <summary>A model with fresh weights.</summary>
    public FeedbackTransformer(FeedbackOptions options)
    {
        _options = options;
        Embedding = new Embedding(options.Vocabulary, options.Width);
        var first = new FeedbackLayer(options, shared: null);
        Layers = ModuleList<FeedbackLayer>.Of(options.Layers, layer => layer == 0 ? first : new FeedbackLayer(options, options.SharesKeys ? first : null));
        Places = Initialization.Normal(Parameter.Empty(1, options.HeadWidth, options.Memory), 0, 1 / Math.Sqrt(options.HeadWidth));
        LayerWeights = Initialization.Constant(Parameter.Empty(options.Layers + 1), 0);
        Norm = options.IsPreNorm ? new LayerNorm(options.Width) : null;
        Output = new Linear(options.Width, options.Vocabulary);
    }

    private Embedding Embedding { get; }

    private ModuleList<FeedbackLayer> Layers { get; }

    /// <summary>What a query makes of the places of the memory, oldest first, for all layers and heads: (1, head width, memory).</summary>
    private Parameter Places { get; }

    /// <summary>Before the softmax, the part of the embedding and of each layer's output in the memory: (layers + 1).</summary>
    private Parameter LayerWeights { get; }

    private LayerNorm? Norm { get; }

    private Linear Output { get; }

    /// <summary>Logarithms of the probabilities of the next words, (batch, tokens, vocabulary), and the memory to go on with.</summary>
    /// <param name="words">(batch, tokens) of integers.</param>
    /// <param name="memory">What the call before gave, (batch, memory, width); null for zeros, at the beginning of a text.</param>
    /// <exception cref="UserException">The memory is of another shape.</exception>
    public (Tensor LogProbabilities, Tensor Memory) Call(Tensor words, Tensor? memory = null)
    {
        using var scope = new TensorScope();
        var embedded = Embedding.Call(words);
        long[] expected = [words.Size(0), _options.Memory, _options.Width];
        memory ??= Functional.Zeros(expected, embedded.DType, device: embedded.Device);
        if (!memory.Shape.SequenceEqual(expected))
            throw new UserException($"The memory is [{string.Join(", ", memory.Shape)}], expected [{string.Join(", ", expected)}].");
        var (outputs, merged) = Walk(embedded, memory);
        var next = Functional.Cat([memory, .. merged], 1);
        var output = Functional.Cat([.. outputs], 1);
        var logits = Output.Call(Norm is null ? output : Norm.Call(output));
        return (scope.Keep(logits.LogSoftmax(-1)), scope.Keep(next.Narrow(1, next.Size(1) - _options.Memory, _options.Memory)));
    }

    private (List<Tensor> Outputs, List<Tensor> Merged) Walk(Tensor embedded, Tensor memory)
    {
        var readers = _options.SharesKeys ? 1 : Layers.Count;
        var windows = Enumerable.Range(0, readers).Select(layer => Layers[layer].Remember(memory)).ToArray();
        var shares = LayerWeights.Softmax(-1);
        var (outputs, merged) = (new List<Tensor>(), new List<Tensor>());
        for (var step = 0; step < embedded.Size(1); step++)
        {
            var states = new List<Tensor> { embedded.Narrow(1, step, 1) };
            for (var layer = 0; layer < Layers.Count; layer++)
                states.Add(Layers[layer].Call(states[^1], windows[_options.SharesKeys ? 0 : layer], Places));
            outputs.Add(states[^1]);
            var mixed = shares.Tensordot(Functional.Stack([.. states]), [0], [0]);
            for (var layer = 0; layer < readers; layer++)
                windows[layer] = windows[layer].Push(Layers[layer].Remember(mixed));
            // With a normalisation first, the authors' memory holds what the lowest layer has normalised.
            merged.Add(_options.IsPreNorm ? Layers[0].Normalize(mixed) : mixed);
        }

        return (outputs, merged);
    }
}
