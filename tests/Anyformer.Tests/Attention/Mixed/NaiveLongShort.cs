using Anyformer.Torch;

namespace Anyformer.Tests.Attention.Mixed;

/// <summary>Bidirectional long-short attention on one sample, head by head and token by token.</summary>
internal sealed class NaiveLongShort(IReadOnlyDictionary<string, Tensor> state, int heads, int window, int landmarks)
{
    /// <summary>(tokens, width), and before them the class token if there is one.</summary>
    public Tensor Apply(Tensor tokens, Tensor? classToken, Tensor real)
    {
        var (queries, seen) = (Split(Map("query_projection", tokens)), real.Numbers());
        var (keys, values) = (Split(Norm("token_norm", Map("key_projection", tokens))), Split(Norm("token_norm", Map("value_projection", tokens))));
        var (slotKeys, slotValues) = (Slots("key_projection", tokens, classToken, keys, seen), Slots("value_projection", tokens, classToken, values, seen));
        var classes = classToken is null ? null : ClassParts(classToken);
        var mixed = Enumerable.Range(0, heads).Select(head =>
        {
            var contexts = Functional.Stack([.. Enumerable.Range(0, (int)tokens.Size(0)).Select(token =>
                Context(token, queries[head], keys[head], values[head], slotKeys?[head], slotValues?[head], seen))], 0);
            var all = contexts + Convolved(values[head], head, seen);
            return classes is null ? all : Functional.Cat([OfClass(classes[head], contexts, seen), all], 0);
        });
        return Map("output_projection", Functional.Cat([.. mixed], 1));
    }

    private Tensor Context(int token, Tensor queries, Tensor keys, Tensor values, Tensor? slotKeys, Tensor? slotValues, double[] seen)
    {
        if (seen[token] == 0)
            return queries[token] * 0;
        var places = Places(token, seen).ToArray();
        Tensor All(Tensor? slots, Tensor tokens) => Functional.Cat([.. (Tensor[])(slots is null ? [] : [slots]), .. places.Select(place => tokens[place..(place + 1)])], 0);
        return Weigh(queries[token], All(slotKeys, keys)).MatMul(All(slotValues, values));
    }

    private IEnumerable<int> Places(int token, double[] seen)
    {
        if (window == 0)
            return landmarks == 0 ? [token] : [];
        var (begin, side) = (token / window * window, Math.Max(window / 2, 1));
        return Enumerable.Range(begin - side, window + 2 * side).Where(place => place >= 0 && place < seen.Length && seen[place] == 1);
    }

    /// <summary>The keys or values that all tokens see, by heads; null for none.</summary>
    private Tensor[]? Slots(string projection, Tensor tokens, Tensor? classToken, Tensor[] own, double[] seen)
    {
        var slots = new List<Tensor>();
        if (classToken is not null)
            slots.Add(Map(projection, classToken));
        if (landmarks > 0)
        {
            var hidden = Tensor.From(seen, seen.Length, 1) < 0.5;
            var weights = Map("landmark_weights", tokens).MaskedFill(hidden, double.NegativeInfinity).Softmax(0);
            slots.Add(Functional.Cat([.. own.Select((part, head) => weights[.., (head * landmarks)..((head + 1) * landmarks)].T().MatMul(part))], 1));
        }

        return slots.Count == 0 ? null : Split(Norm("slot_norm", Functional.Cat([.. slots], 0)));
    }

    private (Tensor Query, Tensor Key, Tensor Value)[] ClassParts(Tensor token) =>
        [.. Split(Map("query_projection", token)).Zip(Split(Map("key_projection", token)), Split(Map("value_projection", token)))];

    private static Tensor OfClass((Tensor Query, Tensor Key, Tensor Value) parts, Tensor contexts, double[] seen)
    {
        var real = Enumerable.Range(0, seen.Length).Where(i => seen[i] == 1).Select(i => contexts[i..(i + 1)]).ToArray();
        return Weigh(parts.Query[0], Functional.Cat([parts.Key, .. real], 0)).MatMul(Functional.Cat([parts.Value, .. real], 0)).Unsqueeze(0);
    }

    private Tensor Convolved(Tensor values, int head, double[] seen)
    {
        if (!state.TryGetValue("convolution", out var kernel))
            return values * 0;
        var side = (int)kernel.Size(2) / 2;
        return Functional.Stack([.. Enumerable.Range(0, seen.Length).Select(token => Enumerable.Range(-side, 2 * side + 1)
            .Where(offset => token + offset >= 0 && token + offset < seen.Length && seen[token + offset] == 1)
            .Aggregate(values[token] * 0, (sum, offset) => sum + values[token + offset] * kernel[head, 0, side + offset, 0]))], 0);
    }

    private static Tensor Weigh(Tensor query, Tensor keys) => (keys.MatMul(query) / Math.Sqrt(query.Size(0))).Softmax(0);

    private Tensor[] Split(Tensor tokens) => tokens.Chunk(heads, 1);

    private Tensor Map(string name, Tensor tokens) => tokens.MatMul(state[$"{name}.weight"].T()) + state[$"{name}.bias"];

    private Tensor Norm(string name, Tensor tokens)
    {
        var centred = tokens - tokens.Mean([-1], keepdim: true);
        return centred / (centred.Square().Mean([-1], keepdim: true) + 1e-5).Sqrt() * state[$"{name}.weight"] + state[$"{name}.bias"];
    }
}
