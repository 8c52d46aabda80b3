using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>Tokens waiting for their experts, one queue an expert and group of tokens, in the order of the tokens.</summary>
/// <param name="Places">(groups, tokens): how many tokens came before in the same queue.</param>
/// <param name="Lengths">(groups, experts): how many tokens are in the queue.</param>
internal sealed record ExpertQueues(Tensor Places, Tensor Lengths)
{
    /// <summary>Lines tokens up. One sort takes the place of a table of tokens x experts.</summary>
    /// <param name="chosen">(groups, tokens): the expert of each token.</param>
    /// <param name="experts">How many experts there are.</param>
    /// <param name="waiting">(groups, tokens): false for tokens that want no place; null when all do.</param>
    internal static ExpertQueues Line(Tensor chosen, long experts, Tensor? waiting)
    {
        var (groups, tokens) = (chosen.Size(0), chosen.Size(1));
        var count = groups * experts;
        var firstQueues = Functional.Arange(0, count, experts, device: chosen.Device).Unsqueeze(-1);
        var queues = (waiting is null ? chosen + firstQueues : Functional.Where(waiting, chosen + firstQueues, count)).Flatten();
        var (sorted, order) = queues.Sort(stable: true);
        var lengths = queues.BinCount(minlength: count + 1);
        var begins = lengths.CumSum(0) - lengths;
        var ranks = Functional.Arange(groups * tokens, device: chosen.Device) - begins.IndexSelect(0, sorted);
        var places = ranks.EmptyLike().ScatterInPlace(0, order, ranks);
        return new ExpertQueues(places.View([groups, tokens]), lengths[..(int)count].View([groups, experts]));
    }

    /// <summary>The same where tokens come in another order: (groups, tokens), the token that comes first, second and so on.</summary>
    internal static ExpertQueues Line(Tensor chosen, long experts, Tensor? waiting, Tensor order)
    {
        var line = Line(chosen.Gather(1, order), experts, waiting?.Gather(1, order));
        return line with { Places = line.Places.Scatter(1, order, line.Places) };
    }
}
