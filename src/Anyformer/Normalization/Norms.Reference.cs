using Anyformer.Blocks;
using Anyformer.Checkpoints;
using Anyformer.Parity;
using Anyformer.Torch;

namespace Anyformer.Normalization;

/// <summary>Cases of normalisation: functions of a token, PowerNorm, and the places that blocks give them.</summary>
[Reference("norms")]
internal sealed class NormsReference : ReferenceAdapter
{
    public override ParityResult Run(ParityCase parity)
    {
        var config = parity.Config;
        if (config.Has("alpha_fwd"))
            return parity.Outputs.ContainsKey("out") ? new PowerNormReference().Run(parity) : PowerNormReference.Train(parity);
        if (config.Has("vocab"))
            return new FixNormReference().Run(parity);
        if (parity.Inputs.ContainsKey("layers"))
            return new ParityResult(DeepNormScales(parity));
        return config.Has("encoder_embed_dim") || config.Has("d_model") || config.Has("depth")
            ? PlacementReferences.Run(parity)
            : new FunctionReference().Run(parity);
    }

    private static Dictionary<string, Tensor> DeepNormScales(ParityCase parity)
    {
        var (encoder, decoder) = (parity.Config.Int("encoder_layers"), parity.Config.Int("decoder_layers"));
        static Tensor Pair(DeepNormScale scale) => Tensor.From(new[] { (float)scale.Alpha, (float)scale.Beta }, 2);
        return new()
        {
            ["encoder_only"] = Pair(DeepNormScale.Alone(encoder)),
            ["decoder_only"] = Pair(DeepNormScale.Alone(decoder)),
            ["seq2seq_encoder"] = Pair(DeepNormScale.Encoder(encoder, decoder)),
            ["seq2seq_decoder"] = Pair(DeepNormScale.Decoder(decoder)),
            // torchscale's code has 1.15 where the paper has 0.87.
            ["torchscale_encoder_beta"] = Tensor.From(new[] { (float)(DeepNormScale.Encoder(encoder, decoder).Beta / 0.87 * 1.15) }, 1),
        };
    }

    /// <summary>A function of every token alone.</summary>
    private sealed class FunctionReference : ModelReference<NormalizationLayer>
    {
        protected override NormalizationLayer Build(ParityCase parity)
        {
            var config = parity.Config;
            if (config.Has("lnv"))
                return FromAdaNorm(config);
            if (config.Has("normalized_shape"))
                return new LayerNorm(config.Int("normalized_shape"), config.Double("eps"));
            if (config.Has("p"))
                return new PartialRmsNorm(config.Int("dim"), config.Double("p"), config.Double("eps"));
            if (parity.Entry.EndsWith("SimpleRMSNorm", StringComparison.Ordinal))
                return FromWidth(config, _ => new SimpleRmsNorm());
            if (parity.Entry.EndsWith("ScaleNorm", StringComparison.Ordinal))
                return new ScaleNorm(config.Double("scale", Math.Pow(config.Int("dim", 1), -0.5)), config.Double("eps"));
            return config.Has("eps") ? new RmsNorm(config.Int("dim"), config.Double("eps")) : FromWidth(config, width => new UnitRmsNorm(width));
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var layout = new StateDictLayout();
            if (parity.Weights.TryGetValue("g", out var g) && g.ElementCount == 1 && parity.Entry.EndsWith("ScaleNorm", StringComparison.Ordinal))
                return layout.Convert("scale", "g", own => own.View([1]), official => official.View([]));
            return parity.Weights.ContainsKey("g") ? layout.Rename("weight", "g")
                : parity.Config.Has("p") ? layout.Rename("weight", "scale")
                : layout;
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(NormalizationLayer module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("x")) };

        private static NormalizationLayer FromWidth(ReferenceConfig config, Func<int, NormalizationLayer> make) => make(config.Int("dim"));

        private static NormalizationLayer FromAdaNorm(ReferenceConfig config)
        {
            config.WithoutEffect("hidden");
            var (detachMean, detachDeviation) = (config.Bool("mean_detach"), config.Bool("std_detach"));
            var (scale, plainScale, damping, epsilon) = (config.Double("adanorm_scale"), config.Double("nowb_scale"), config.Double("sigma"), config.Double("eps"));
            return config.String("lnv") switch
            {
                "adanorm" => new AdaNorm(scale, damping, epsilon),
                "nowb" => new SimpleLayerNorm(detachMean, detachDeviation, plainScale, epsilon),
                var kind => throw new UserException($"The normalisation '{kind}' of the case is neither adanorm nor nowb."),
            };
        }
    }

    /// <summary>Word embeddings of length 1, scaled.</summary>
    private sealed class FixNormReference : ModelReference<FixNormEmbedding>
    {
        protected override FixNormEmbedding Build(ParityCase parity) => new(parity.Config.Int("vocab"), parity.Config.Int("dim"));

        protected override StateDictLayout Layout(ParityCase parity) => new StateDictLayout().Rename("weight", "word_embedding");

        protected override IReadOnlyDictionary<string, Tensor> Call(FixNormEmbedding module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("tokens")) };
    }

    private sealed class PowerNormReference : ModelReference<PowerNorm>
    {
        /// <summary>Steps of training one after another: outputs, the authors' gradients, and the running statistics after each.</summary>
        public static ParityResult Train(ParityCase parity)
        {
            var reference = new PowerNormReference();
            var module = reference.Build(parity);
            module.Load(reference.Layout(parity).ToOwn(parity.Weights));
            module.Train();
            var real = parity.OptionalInput("pad_mask") is { } padding ? !padding.Transpose(0, 1) : null;
            var outputs = new Dictionary<string, Tensor>();
            for (var step = 0; parity.OptionalInput($"input.{step}") is { } input; step++)
            {
                (input.RequiresGrad, module.Weight.Grad) = (true, null);
                var output = real is null ? module.Call(input) : module.Call(input, real);
                Autograd.Backward([output], [parity.Input($"grad_output.{step}")]);
                outputs[$"out.{step}"] = output;
                outputs[$"grad_input.{step}"] = input.Grad!;
                outputs[$"grad_weight.{step}"] = module.Weight.Grad!.Clone();
                outputs[$"running_phi.{step}"] = module.RunningSquares.Clone().View([1, -1, 1, 1]);
                outputs[$"ema_gz.{step}"] = module.RunningCorrection.Clone().View([1, -1, 1, 1]);
            }

            return new ParityResult(outputs);
        }

        protected override PowerNorm Build(ParityCase parity)
        {
            var config = parity.Config;
            if (!config.Bool("affine"))
                throw new UserException("PowerNorm without weights is not what the paper has; expected affine to be true.");
            var options = new PowerNormOptions
            {
                ForwardDecay = config.Double("alpha_fwd"),
                BackwardDecay = config.Double("alpha_bkw"),
                WarmupSteps = config.Int("warmup_iters"),
                Groups = config.Int("group_num"),
            };
            return new PowerNorm(config.Int("num_features"), options, config.Double("eps"));
        }

        protected override StateDictLayout Layout(ParityCase parity)
        {
            var prefix = parity.Weights.ContainsKey("n.weight") ? "n." : "";
            static Tensor Widen(Tensor own) => own.View([1, -1, 1, 1]);
            return new StateDictLayout()
                .Rename("weight", $"{prefix}weight")
                .Rename("bias", $"{prefix}bias")
                .Rename("steps", $"{prefix}iters")
                .Convert("running_squares", $"{prefix}running_phi", Widen, official => official.Flatten())
                .Convert("running_correction", $"{prefix}ema_gz", Widen, official => official.Flatten());
        }

        protected override IReadOnlyDictionary<string, Tensor> Call(PowerNorm module, ParityCase parity) =>
            new Dictionary<string, Tensor> { ["out"] = module.Call(parity.Input("input")) };
    }
}
