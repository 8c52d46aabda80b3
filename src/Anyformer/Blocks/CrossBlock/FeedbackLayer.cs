using Anyformer.Attention;
using Anyformer.FeedForward;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks.CrossBlock;

/// <summary>What a layer reads of the memory, oldest first.</summary>
/// <param name="Keys">(batch, heads, memory, head width).</param>
/// <param name="Values">(batch, heads, memory, head width).</param>
internal sealed record FeedbackWindow(Tensor Keys, Tensor Values)
{
    /// <summary>With a step more at the end, and the oldest gone.</summary>
    internal FeedbackWindow Push(FeedbackWindow step) => new(Push(Keys, step.Keys), Push(Values, step.Values));

    private static Tensor Push(Tensor window, Tensor step) => Functional.Cat([window.Narrow(2, 1, window.Size(2) - 1), step], 2);
}

/// <summary>A layer of a Feedback Transformer, which works on one token at a time and reads a memory without it.</summary>
internal sealed class FeedbackLayer : Module
{
    private readonly int _heads;
    private readonly bool _isPreNorm;

    /// <summary>A layer of its own, or one that reads the memory as another does.</summary>
    internal FeedbackLayer(FeedbackOptions options, FeedbackLayer? shared)
    {
        var inner = options.Heads * options.HeadWidth;
        (_heads, _isPreNorm) = (options.Heads, options.IsPreNorm);
        Query = new Linear(options.Width, inner, bias: false);
        Key = shared?.Key ?? new Linear(options.Width, inner, bias: false);
        Value = shared?.Value ?? new Linear(options.Width, inner, bias: false);
        Output = new Linear(inner, options.Width, bias: false);
        if (options.IsPreNorm)
            Initialization.InverseFanIn(Output.Weight, 2L * options.Layers * inner);
        FeedForward = new PositionwiseFeedForward(options.Width, options.HiddenWidth, Activations.Named("relu"), options.Dropout);
        AttentionNorm = options.IsPreNorm && shared is not null ? shared.AttentionNorm : new LayerNorm(options.Width);
        FeedForwardNorm = new LayerNorm(options.Width);
        Dropout = new Dropout(options.Dropout);
    }

    private Linear Query { get; }

    private Linear Key { get; }

    private Linear Value { get; }

    private Linear Output { get; }

    private PositionwiseFeedForward FeedForward { get; }

    private LayerNorm AttentionNorm { get; }

    private LayerNorm FeedForwardNorm { get; }

    private Dropout Dropout { get; }

    internal Tensor Normalize(Tensor tokens) => AttentionNorm.Call(tokens);

    /// <summary>The keys and values of memory, (batch, steps, width).</summary>
    internal FeedbackWindow Remember(Tensor memory)
    {
        var read = _isPreNorm ? Normalize(memory) : memory;
        return new FeedbackWindow(Heads.Split(Key.Call(read), _heads), Heads.Split(Value.Call(read), _heads));
    }

    /// <summary>The token after the layer, (batch, 1, width).</summary>
    /// <param name="token">(batch, 1, width).</param>
    /// <param name="window">What it reads.</param>
    /// <param name="places">(1, head width, memory).</param>
    internal Tensor Call(Tensor token, FeedbackWindow window, Tensor places)
    {
        using var scope = new TensorScope(this);
        var read = token + Read(_isPreNorm ? Normalize(token) : token, window, places);
        if (_isPreNorm)
            return scope.Keep(read + FeedForward.Call(FeedForwardNorm.Call(read)));
        var normed = Normalize(read);
        return scope.Keep(FeedForwardNorm.Call(normed + FeedForward.Call(normed)));
    }

    private Tensor Read(Tensor token, FeedbackWindow window, Tensor places)
    {
        var query = Heads.Split(Query.Call(token), _heads);
        var scores = (query.MatMul(window.Keys.Transpose(-2, -1)) + query.MatMul(places)) * (1 / Math.Sqrt(query.Size(-1)));
        return Output.Call(Heads.Join(Dropout.Call(scores.Softmax(-1)).MatMul(window.Values)));
    }
}
