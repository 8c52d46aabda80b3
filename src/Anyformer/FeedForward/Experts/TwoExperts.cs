using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>The two best experts of every token: (groups, tokens) each.</summary>
/// <param name="First">The best expert.</param>
/// <param name="FirstGates">Its gate.</param>
/// <param name="Second">The best of the others.</param>
/// <param name="SecondGates">Its gate.</param>
internal sealed record TwoExperts(Tensor First, Tensor FirstGates, Tensor Second, Tensor SecondGates)
{
    /// <summary>Who keeps its place: a place beyond the capacity is none.</summary>
    /// <param name="firsts">The queues of first choices.</param>
    /// <param name="seconds">The queues of second choices, which come after <paramref name="ahead"/> first ones.</param>
    /// <param name="ahead">(groups, experts): first choices before the second ones at an expert.</param>
    /// <param name="capacity">Places of an expert.</param>
    /// <param name="wantsFirst">(groups, tokens): false where a token wants none; null when all want one.</param>
    /// <param name="wantsSecond">The same of the second choice.</param>
    /// <returns>The route of (groups · tokens, 2), with the gates as weights.</returns>
    internal ExpertRoute Keep(ExpertQueues firsts, ExpertQueues seconds, Tensor ahead, long capacity, Tensor? wantsFirst, Tensor? wantsSecond)
    {
        var places = Pair(firsts.Places, seconds.Places + ahead.Gather(1, Second));
        var kept = places < capacity;
        if (wantsFirst is not null || wantsSecond is not null)
            kept &= Pair(wantsFirst ?? kept.NewOnes(First.Shape), wantsSecond ?? kept.NewOnes(First.Shape));
        return new ExpertRoute(Pair(First, Second), Pair(FirstGates, SecondGates), kept, places);
    }

    private static Tensor Pair(Tensor first, Tensor second) => Functional.Stack([first, second], -1).View([-1, 2]);
}
