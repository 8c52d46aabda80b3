using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Models.Language.Encoders;

/// <summary>Scores of what stands at a place, behind a map of their own where wanted: (..., width) to (..., vocabulary).</summary>
internal sealed class MaskedHead : TensorModule
{
    private readonly Activation _activation = Activations.Named("identity");

    internal MaskedHead(EncoderOptions options, TransformerParts parts, TextEmbedding embedding)
    {
        Scores = parts.Head(embedding);
        var width = (int)embedding.Table.Weight.Size(1);
        if (options.HeadActivation is null && width == options.Width)
            return;
        _activation = Activations.Named(options.HeadActivation ?? "identity");
        (Transform, Norm) = (new Linear(options.Width, width), parts.Norm(width));
        if (options.InitialDeviation is { } deviation)
            NormalWeights.Draw(Transform, deviation);
    }

    private Linear? Transform { get; }

    private NormalizationLayer? Norm { get; }

    private VocabularyHead Scores { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Scores.Call(Transform is null ? input : Norm!.Call(_activation(Transform.Call(input))));
}
