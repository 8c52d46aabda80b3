using Anyformer.Modules;

namespace Anyformer.Normalization;

/// <summary>Brings the vectors of a tensor to a common scale: (..., width) to the same.</summary>
public abstract class NormalizationLayer : TensorModule;
