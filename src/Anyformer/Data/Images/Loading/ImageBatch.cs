using Anyformer.Torch;

namespace Anyformer.Data.Images.Loading;

/// <summary>Images side by side, as a model takes them.</summary>
/// <param name="Images">float32, (batch, channels, height, width), normalised.</param>
/// <param name="Labels">The classes, (batch), 64-bit integers.</param>
/// <param name="Targets">What the model shall answer: <paramref name="Labels"/>, or probabilities of classes, (batch, classes), float32.</param>
/// <param name="Indices">The numbers of the images in their set.</param>
public sealed record ImageBatch(Tensor Images, Tensor Labels, Tensor Targets, int[] Indices);
