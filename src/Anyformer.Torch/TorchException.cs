namespace Anyformer.Torch;

/// <summary>A call into libtorch failed. The message names the operator, the shapes of its arguments and libtorch's own reason.</summary>
public sealed class TorchException(string message) : Exception(message);
