using Anyformer.Attention;
using Anyformer.Attention.LongConvolutions;
using Anyformer.Checkpoints;
using Anyformer.FeedForward.Monarch;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Models.Vision;

/// <summary>Cases of HazyResearch/m2, <c>bert/src/mm</c>: its parts, and the model for images that is put together of them.</summary>
[Reference("m2-vit")]
internal sealed class M2ViTReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var entry = parity.Entry[(parity.Entry.LastIndexOf(' ') + 1)..];
        ReferenceAdapter adapter = entry switch
        {
            "BlockdiagLinear" => new LinearReference(),
            "MonarchMixerSequenceMixing" => new MixerReference(),
            "blockdiag_butterfly_multiply" => new ProductReference(),
            "" => new Classifier(),
            _ => throw new UserException($"The entry '{parity.Entry}' is no part of Monarch Mixer that is known here."),
        };
        return adapter.Run(parity);
    }

    private sealed class LinearReference : ModelReference<BlockDiagonalLinear>
    {
        protected override BlockDiagonalLinear Build(ParityCase parity)
        {
            var config = parity.Config;
            return new BlockDiagonalLinear(config.Int("in_features"), config.Int("out_features"), config.Int("nblocks", 4),
                config.Bool("bias", true), config.Bool("shuffle", false));
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(BlockDiagonalLinear module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["y"] = module.Call(parity.Input("x")), ["dense"] = module.ToDense() };
    }

    private sealed class ProductReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity)
        {
            // The inputs have these shapes.
            parity.Config.WithoutEffect("w1", "w2");
            string[] names = ["x", "w1", "w2"];
            foreach (var name in names)
                parity.Input(name).RequiresGrad = true;
            var product = MonarchLinear.Product(parity.Input("x"), parity.Input("w1"), parity.Input("w2"));
            Autograd.Backward([product], [parity.Input("probe.y")]);
            return new ParityResult(
                new Dictionary<string, Tensor> { ["y"] = product }, names.ToDictionary(name => $"input.{name}", name => parity.Input(name).Grad!));
        }
    }

    private sealed class MixerReference : ReferenceAdapter
    {
        public override ParityResult Run(ParityCase parity) =>
            parity.Config.Bool("bidirectional", true) ? new BidirectionalReference().Run(parity) : new CausalReference().Run(parity);

        internal static Dictionary<string, Tensor> Outputs(TokenMixer mixer, GatedLongConvolution convolution, ParityCase parity)
        {
            var (back, ahead) = convolution.LongFilter.Filters(parity.Input("x").Size(1));
            var outputs = new Dictionary<string, Tensor> { ["y"] = mixer.Call(parity.Input("x")), ["k_fwd"] = back };
            if (ahead is not null)
                outputs["k_rev"] = ahead;
            return outputs;
        }
    }

    private sealed class BidirectionalReference : ModelReference<MonarchMixer>
    {
        protected override MonarchMixer Build(ParityCase parity)
        {
            var (shape, options) = parity.Config.MonarchMixer();
            return new MonarchMixer(shape, options);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().MonarchMixer("", "", isBidirectional: true);

        protected override IReadOnlyDictionary<string, Tensor> Call(MonarchMixer module, ParityCase parity) =>
            MixerReference.Outputs(module, module.Convolution, parity);
    }

    private sealed class CausalReference : ModelReference<CausalMonarchMixer>
    {
        protected override CausalMonarchMixer Build(ParityCase parity)
        {
            var (shape, options) = parity.Config.MonarchMixer();
            return new CausalMonarchMixer(shape, options);
        }

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().MonarchMixer("", "", isBidirectional: false);

        protected override IReadOnlyDictionary<string, Tensor> Call(CausalMonarchMixer module, ParityCase parity) =>
            MixerReference.Outputs(module, module.Convolution, parity);
    }

    private sealed class Classifier : ModelReference<M2ViT>
    {
        protected override M2ViT Build(ParityCase parity)
        {
            var config = parity.Config;
            var (size, width) = (config.Int("img_size"), config.Int("embed_dim"));
            return new M2ViT(new ImageShape(config.Int("in_chans", 3), size, size, config.Int("num_classes")), new M2ViTOptions
            {
                Patch = config.Int("patch_size"),
                Width = width,
                Layers = config.Int("depth"),
                HiddenWidth = (int)(width * config.Double("mlp_ratio", 4)),
                MatrixBlocks = config.Int("nblocks", 4),
                FilterWidth = config.Int("filter_order"),
                PositionWidth = config.Int("emb_dim"),
            });
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout().Rename("patches.{p}", "patch_embed.{p}");
            for (var i = 0; i < parity.Config.Int("depth"); i++)
                layout.MonarchMixer($"blocks.{i}.mixer.", $"blocks.{i}.mixer.", isBidirectional: true)
                    .Rename($"blocks.{i}.mixer_wiring.norm.{{p}}", $"blocks.{i}.norm1.{{p}}")
                    .Rename($"blocks.{i}.feed_forward_wiring.norm.{{p}}", $"blocks.{i}.norm2.{{p}}")
                    .Rename($"blocks.{i}.feed_forward.hidden.{{p}}", $"blocks.{i}.mlp.fc1.{{p}}")
                    .Rename($"blocks.{i}.feed_forward.output.{{p}}", $"blocks.{i}.mlp.fc2.{{p}}");
            return layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(M2ViT module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["logits"] = module.Call(parity.Input("image")) };
    }
}
