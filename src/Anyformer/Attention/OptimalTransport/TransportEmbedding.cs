using Anyformer.Inspection;
using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.OptimalTransport;

/// <summary>How positions weigh in a <see cref="TransportEmbedding"/>.</summary>
public enum TransportPositions
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By a Gaussian of the distance between a token's and a reference's share of the sequence.</summary>
    Gaussian,

    /// <summary>Only tokens and references nearer than a distance belong together.</summary>
    Hard,
}

/// <summary>Options of <see cref="TransportEmbedding"/>.</summary>
public sealed record TransportEmbeddingOptions
{
    /// <summary>References: tokens that come out.</summary>
    public required int References { get; init; }

    /// <summary>Sets of references side by side.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>The weight of the entropy.</summary>
    public double Epsilon { get; init; } = 0.1;

    /// <summary>Iterations of Sinkhorn.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>How positions weigh.</summary>
    public TransportPositions Positions { get; init; }

    /// <summary>The distance of positions, as a share of the whole.</summary>
    public double PositionSigma { get; init; } = 0.1;
}

/// <summary>
/// A set of any number of tokens as a fixed number: each is what optimal transport carries to a learned reference (Mialon, Chen, d'Aspremont
/// and Mairal, ICLR 2021, arXiv 2006.12065). (batch, tokens, width) to (batch, references, heads x width), or maps (batch, height, width,
/// channels) to squares.
/// </summary>
/// <remarks>Records <c>plan</c>, (batch, heads, tokens, references).</remarks>
public sealed class TransportEmbedding : Module
{
    private readonly TransportEmbeddingOptions _options;

    /// <summary>An embedding with fresh references.</summary>
    public TransportEmbedding(long width, TransportEmbeddingOptions options)
    {
        _options = options;
        References = Initialization.InverseFanIn(Parameter.Empty(options.Heads, options.References, width), options.References);
    }

    /// <summary>(heads, references, width).</summary>
    private Parameter References { get; }

    /// <summary>The embedded set.</summary>
    /// <param name="tokens">(batch, tokens, width), or a map (batch, height, width, channels).</param>
    /// <param name="real">True where a token is no padding, (batch, tokens); null when all are.</param>
    /// <exception cref="UserException">Of a map: the references are no square number, or positions are hard.</exception>
    public Tensor Call(Tensor tokens, Tensor? real = null)
    {
        using var scope = new TensorScope(this);
        var isMap = tokens.Dimensions == 4;
        var flat = isMap ? tokens.Flatten(1, 2) : tokens;
        var rows = real?.View([real.Size(0), 1, -1, 1]);
        var similarities = flat.Unsqueeze(1).MatMul(References.Transpose(-2, -1));
        var filter = isMap ? MapFilter(tokens) : SequenceFilter(similarities);
        var plan = TransportPlan.Of(filter is null ? similarities : similarities * filter, _options.Epsilon, _options.Iterations, rows);
        var carried = filter is null ? plan : plan * filter;
        Recorder.Record(this, "plan", carried);
        var embedded = carried.Transpose(-2, -1).MatMul(flat.Unsqueeze(1)).Transpose(1, 2).Flatten(2);
        return scope.Keep(isMap ? embedded.Unflatten(1, [PositionFilter.SideOf(_options.References), -1]) : embedded);
    }

    private Tensor? SequenceFilter(Tensor similarities)
    {
        // As in the authors' code, padding counts as a part of the stretch.
        var places = PositionFilter.Places(real: null, similarities);
        return _options.Positions switch
        {
            TransportPositions.Gaussian => PositionFilter.Gaussian(places, _options.References, _options.PositionSigma),
            TransportPositions.Hard => PositionFilter.Hard(places, _options.References, _options.PositionSigma),
            _ => null,
        };
    }

    private Tensor? MapFilter(Tensor maps) => _options.Positions switch
    {
        TransportPositions.Gaussian => PositionFilter.Square(maps.Size(1), maps.Size(2), _options.References, _options.PositionSigma, maps),
        TransportPositions.Hard => throw new UserException("Hard positions are those of a sequence; choose gaussian ones, or none, for maps."),
        _ => null,
    };
}
