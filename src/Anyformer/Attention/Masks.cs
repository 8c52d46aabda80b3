using Anyformer.Torch;

namespace Anyformer.Attention;

/// <summary>Masks as attention takes them: true where a query may see a key.</summary>
public static class Masks
{
    /// <summary>(tokens, tokens): a query sees itself and what came before.</summary>
    public static Tensor Causal(long tokens, Device? device = null) =>
        Functional.Ones([tokens, tokens], DType.Bool, device: device).Tril();

    /// <summary>Whether a mask between so many queries and keys is the causal one, for every sample and head that it tells apart.</summary>
    public static bool IsCausal(Tensor mask, long queries, long keys)
    {
        using var scope = new TensorScope();
        return queries == keys && mask.Dimensions >= 2 && mask.Size(-2) == queries && mask.Size(-1) == keys
            && mask.Eq(Causal(queries, mask.Device)).All().Item<bool>();
    }
}
