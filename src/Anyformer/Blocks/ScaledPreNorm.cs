using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Anyformer.Catalog;
using Anyformer.Modules;
using Anyformer.Normalization;
using Anyformer.Torch;

namespace Anyformer.Blocks;

/// <summary>Options of <see cref="ScaledPreNorm"/>.</summary>
public sealed record ScaledPreNormOptions
{
    /// <summary>What every factor starts at; null for a branch that is not scaled.</summary>
    [Description("what every factor of the branch starts at; nothing for a branch that is not scaled")]
    public double? Scale { get; init; } = 1e-5;

    /// <summary>Probability of leaving out the branch of a sample while training.</summary>
    [Description("probability of leaving out the branch of a sample while training"), Range(0, 1, MaximumIsExclusive = true)]
    public double DropPath { get; init; }
}

/// <summary>
/// <c>x + γ ⊙ drop(f(norm(x)))</c>: pre-norm with a learned factor for each channel of the branch, which starts small, so that deep networks start near
/// the identity; the branch of a whole sample may be left out while training.
/// </summary>
[Formula("Y = X + g ⊙ f(norm(X)), the branch of whole samples left out at random while training", Where = "g: learned, (width), small at first")]
[Method("layer-scale", "LayerScale", Family.Wiring, 2021,
    Paper = "Touvron, Cord, Sablayrolles, Synnaeve, Jégou, Going Deeper with Image Transformers, ICCV 2021, arXiv 2103.17239", Complexity = "O(tokens)",
    System = "vit")]
public sealed class ScaledPreNorm : Wiring
{
    /// <summary>A wiring with the given parts.</summary>
    /// <param name="norm">The normalisation inside the branch.</param>
    /// <param name="scale">The factors of the branch; null for none.</param>
    /// <param name="dropout">Probability of dropout on the sublayer's output.</param>
    /// <param name="dropPath">Probability of leaving out the branch of a sample.</param>
    public ScaledPreNorm(NormalizationLayer norm, LayerScale? scale, double dropout = 0, double dropPath = 0) =>
        (Norm, Scale, Dropout, DropPath) = (norm, scale, new Dropout(dropout), new DropPath(dropPath));

    /// <summary>A wiring as a part of a host.</summary>
    public ScaledPreNorm(WiringShape shape, ScaledPreNormOptions options)
        : this(shape.Norm.Build(new NormalizationShape(shape.Width)), ScaleOf(shape, options), shape.Dropout, options.DropPath) { }

    private NormalizationLayer Norm { get; }

    private LayerScale? Scale { get; }

    private Dropout Dropout { get; }

    private DropPath DropPath { get; }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer)
    {
        var branch = DropPath.Call(Dropout.Call(sublayer(Norm.Call(tokens))));
        return Scale is null ? tokens + branch : tokens.Addcmul(branch, Scale.Gamma);
    }

    /// <inheritdoc/>
    private protected override Tensor Forward(Tensor tokens, Func<Tensor, Tensor> sublayer, Func<Tensor, Tensor, Tensor> onto) =>
        Scale is null && !IsTraining ? onto(tokens, Norm.Call(tokens)) : Forward(tokens, sublayer);

    private static LayerScale? ScaleOf(WiringShape shape, ScaledPreNormOptions options) =>
        options.Scale is { } initial ? new LayerScale(shape.Width, initial) : null;
}
