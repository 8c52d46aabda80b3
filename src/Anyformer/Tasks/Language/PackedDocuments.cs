using Anyformer.Models.Language;
using Anyformer.Torch;

namespace Anyformer.Tasks.Language;

/// <summary>
/// Windows in which documents stand one behind the other, each begun by the token that ended the one before: tokens see none of another document, and positions
/// begin anew with each. So every token has a label, the first of a document too, and none is told by another document.
/// </summary>
/// <param name="objective">What is to be said of the windows.</param>
/// <param name="end">The token between two documents.</param>
/// <param name="givesPositions">Whether the model takes positions; one that does not knows of distances alone, or of no positions.</param>
internal sealed class PackedDocuments(TextObjective objective, int end, bool givesPositions) : TextObjective
{
    internal override bool TellsAll => objective.TellsAll;

    internal override (TextInput Input, Tensor Labels) Of(Tensor windows, Generator draws)
    {
        var (input, labels) = objective.Of(windows, draws);
        var begins = windows.Narrow(1, 0, windows.Size(1) - 1).Eq(end);
        return (input with { Documents = begins.To(DType.Int64).CumSum(1), Positions = givesPositions ? Positions(begins) : null }, labels);
    }

    /// <summary>How far each token is behind the beginning of its document, or of the window.</summary>
    private static Tensor Positions(Tensor begins)
    {
        var places = Functional.Arange(begins.Size(1), device: begins.Device);
        return places - (begins.To(DType.Int64) * places).CumMax(1).Values;
    }
}
