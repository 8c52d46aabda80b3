using System.ComponentModel;

namespace Anyformer.Attention.Shallow;

/// <summary>Options of the mechanisms in which a shallow network stands for attention.</summary>
public sealed record ShallowAttentionOptions
{
    /// <summary>How wide the hidden layer is.</summary>
    [Description("how wide the hidden layer is: xs, s, m, l or xl")]
    public ShallowSize Size { get; init; } = ShallowSize.M;
}
