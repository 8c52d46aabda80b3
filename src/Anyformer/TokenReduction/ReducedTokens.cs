using Anyformer.Torch;

namespace Anyformer.TokenReduction;

/// <summary>Tokens that may have become fewer.</summary>
/// <param name="Tokens">(batch, tokens, width).</param>
/// <param name="Origins">Where they came from; null while none was reduced.</param>
public sealed record ReducedTokens(Tensor Tokens, TokenOrigins? Origins = null)
{
    /// <summary>Lets the tensors outlive a scope.</summary>
    internal ReducedTokens KeptBy(TensorScope scope)
    {
        scope.Keep(Tokens);
        if (Origins is not null)
            scope.Keep((Origins.Sizes, Origins.Places));
        return this;
    }
}
