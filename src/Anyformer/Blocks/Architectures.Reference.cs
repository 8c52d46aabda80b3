using Anyformer.Blocks.AdaptiveComputation;
using Anyformer.Blocks.Alternative;
using Anyformer.Blocks.CrossBlock;
using Anyformer.Blocks.Lightweight;
using Anyformer.Parity;

namespace Anyformer.Blocks;

/// <summary>Cases of how blocks are made and joined, each by the code that it was computed with.</summary>
[Reference("architectures")]
internal sealed class ArchitecturesReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var config = parity.Config;
        bool Has(params string[] keys) => keys.Any(config.Has);
        var adapter = Has("encoder_branch_type", "kernel_size") ? ConvolutionReferences.Of(parity)
            : Has("n_groups", "in_proj_features", "delight_enc_layers", "delight_enc_ffn_red") ? DelightReferences.Of(parity)
            : Has("total_key_depth", "max_hop", "patience", "layers") ? AdaptiveComputationReferences.Of(parity)
            : Has("attn_lim") ? new FeedbackReference()
            : Has("max_distance") ? new MaskAttentionReference()
            : Has("encoder_layers") ? CrossBlockReferences.Of(parity)
            : Has("n", "encoder_attention_heads", "ff_mult", "class") ? SublayerReferences.Of(parity)
            : Has("depth") ? new ReversibleReference()
            : Has("num_heads") ? EvolvedReferences.Of(parity)
            : throw new UserException($"Cases of {parity.Entry} are not known among the architectures.");
        return adapter.Run(parity);
    }
}
