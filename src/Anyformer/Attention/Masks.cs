using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Masks as attention takes them: true where a query may see a key.</summary>
public static class Masks
{
    /// <summary>(tokens, tokens): a query sees itself and what came before.</summary>
    public static Tensor Causal(long tokens, Device? device = null) =>
        Functional.Ones([tokens, tokens], DType.Bool, device: device).Tril();
}
