namespace Anyformer.Data.Images.Sets;

/// <summary>What files hold, by part.</summary>
/// <param name="Train">Images to learn from.</param>
/// <param name="Validation">Images that decide which weights are best; null when the files have no such part.</param>
/// <param name="Test">Images that the result is measured on; null when the files have no such part.</param>
internal sealed record ImageParts(ImageSet Train, ImageSet? Validation, ImageSet? Test);
