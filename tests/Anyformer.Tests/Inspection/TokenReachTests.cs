using Anyformer.Attention;
using Anyformer.Attention.Patterns;
using Anyformer.Inspection;

namespace Anyformer.Tests.Inspection;

public sealed class TokenReachTests
{
    [Theory]
    [InlineData("band(2, 1) | global(..1)", false)]
    [InlineData("strided(3) | band(0, 0)", true)]
    public void TheReachOfAPatternIsThePattern(string text, bool causal)
    {
        var pattern = AttentionPattern.Parse(text);
        var mixer = new MultiHeadAttention(8, 2, new PatternAttention(pattern));
        var reach = TokenReach.Of(mixer, 9, 8, causal ? AttentionMask.Causal : null);
        var expected = (causal ? pattern & AttentionPattern.Causal : pattern).DenseMask(9).Numbers();
        Assert.Equal(expected, reach.Cast<bool>().Select(isSeen => isSeen ? 1.0 : 0));
    }
}
