using Anyformer.Modules;
using Anyformer.Torch;

namespace Anyformer.Attention.HeadInteractions;

/// <summary>How many heads there are, and how wide.</summary>
/// <param name="Heads">Heads that ask.</param>
/// <param name="KeyValueHeads">Heads of keys and values, each shared by as many neighbouring heads that ask.</param>
/// <param name="KeyWidth">Width of a head's queries and keys.</param>
/// <param name="ValueWidth">Width of a head's values.</param>
internal readonly record struct HeadSizes(int Heads, int KeyValueHeads, int KeyWidth, int ValueWidth);

/// <summary>Multi-head attention without biases whose heads have any width and may share keys and values.</summary>
public abstract class SharedHeadsAttention : HeadInteraction, IValuePath
{
    private readonly HeadSizes _sizes;

    private protected SharedHeadsAttention(int width, HeadSizes sizes, AttentionFunction function)
    {
        if (sizes.Heads % sizes.KeyValueHeads != 0)
            throw new UserException(
                $"The heads must be a multiple of those of keys and values, found {sizes.Heads} heads and {sizes.KeyValueHeads} of keys and values.");
        _sizes = sizes;
        QueryProjection = new Linear(width, sizes.Heads * sizes.KeyWidth, bias: false);
        KeyProjection = new Linear(width, sizes.KeyValueHeads * sizes.KeyWidth, bias: false);
        ValueProjection = new Linear(width, sizes.KeyValueHeads * sizes.ValueWidth, bias: false);
        OutputProjection = new Linear(sizes.Heads * sizes.ValueWidth, width, bias: false);
        Function = function;
    }

    IEnumerable<Parameter> IValuePath.ValuePath => [ValueProjection.Weight, OutputProjection.Weight];

    private Linear QueryProjection { get; }

    private Linear KeyProjection { get; }

    private Linear ValueProjection { get; }

    private Linear OutputProjection { get; }

    private AttentionFunction Function { get; }

    /// <inheritdoc/>
    public sealed override bool ReadsOn => Function.ReadsOn;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor tokens, AttentionMask? mask)
    {
        var queries = Heads.Split(QueryProjection.Call(tokens), _sizes.Heads);
        var (keys, values) = (Heads.Split(KeyProjection.Call(tokens), _sizes.KeyValueHeads), Heads.Split(ValueProjection.Call(tokens), _sizes.KeyValueHeads));
        return OutputProjection.Call(Heads.Join(HeadMask.Apply(Function.Call(queries, keys, values, mask))));
    }
}
