using Anyformer.Checkpoints;
using Anyformer.Torch;

namespace Anyformer.FeedForward.Experts;

/// <summary>How checkpoints keep experts.</summary>
internal static class ExpertLayouts
{
    /// <summary>Weights as (experts, inputs, outputs), the transposes of the own ones.</summary>
    internal static StateDictLayout StackedExperts(this StateDictLayout layout, string official) => layout
        .Convert("experts.hidden_weight", $"{official}w1", Transposed, Transposed)
        .Convert("experts.output_weight", $"{official}w2", Transposed, Transposed);

    private static Tensor Transposed(Tensor weight) => weight.Transpose(-2, -1);
}
