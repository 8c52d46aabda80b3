using Anyformer.Models.Language;
using Anyformer.Recipes;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>
/// The token that comes next, behind a prefix whose tokens all see each other and which all others see (prefix language modelling: Raffel et al., JMLR 2020,
/// arXiv 1910.10683, section 3.2.1). Each window has a prefix of its own length; what it sees of itself is not to be told.
/// </summary>
/// <param name="section">How long prefixes are.</param>
internal sealed class PrefixedText(PrefixSection section) : TextObjective
{
    internal override (TextInput Input, Tensor Labels) Of(Tensor windows, Generator draws)
    {
        var (count, tokens) = (windows.Size(0), windows.Size(1) - 1);
        var lengths = ((Functional.Rand([count, 1], draws) * (section.Most - section.Least) + section.Least) * tokens).Floor().To(DType.Int64).To(windows.Device);
        var places = Functional.Arange(tokens, device: windows.Device);
        // The last token of the prefix tells the first one behind it.
        return (new TextInput(windows.Narrow(1, 0, tokens)) { Prefix = places.Lt(lengths) }, windows.Narrow(1, 1, tokens).MaskedFill(places.Lt(lengths - 1), Ignored));
    }
}
